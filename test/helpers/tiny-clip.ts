import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeSafetensors } from '../../src/common/node/safetensors';
import { checkClipConfig } from '../../src/backbones/clip/config';
import { randomParameters, TINY } from './tiny-parameters';

export { randomParameters, TINY } from './tiny-parameters';

const temporary: string[] = [];

/** A folder that is removed when the tests end. */
export function temporaryFolder(): string {
  if (temporary.length === 0) process.on('exit', () => temporary.forEach((dir) => fs.rmSync(dir, { recursive: true, force: true })));
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-test-'));
  temporary.push(dir);
  return dir;
}

/** Writes a tiny random CLIP as a Hugging Face folder. */
export function writeTinyClip(dir = temporaryFolder(), changes: Record<string, unknown> = {}): string {
  const raw = { ...TINY, ...changes };
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify(raw));
  writeSafetensors(path.join(dir, 'model.safetensors'), randomParameters(checkClipConfig(raw, 'tiny')));
  return dir;
}
