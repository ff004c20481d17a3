import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const PROGRAM = path.join(__dirname, '..', '..', 'bin', 'mediclip.cjs');

/** Runs the command line. */
export function run(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
}

/** Reads a float32 NPY file by its own header. */
export function readNpy(file: string): { shape: number[]; values: Float32Array } {
  const bytes = fs.readFileSync(file);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const shape = /'shape': \(([\d, ]*)\)/.exec(header)?.[1] ?? '';
  if (!header.includes("'descr': '<f4'") || start % 64 !== 0) throw new Error(header);
  const values = new Float32Array((bytes.length - start) / 4).map((_, i) => bytes.readFloatLE(start + i * 4));
  return {
    shape: shape
      .split(',')
      .filter((side) => side.trim() !== '')
      .map(Number),
    values,
  };
}
