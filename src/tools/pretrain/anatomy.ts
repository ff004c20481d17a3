import fs from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../common/node/files';
import { projectRoot } from '../../common/node/project-root';
import { Random } from '../../common/random';
import type { PhantomName } from '../../phantoms/names';
import { renderPhantom } from '../../phantoms/phantom';
import type { Field } from './noise';

/** The anatomies of the corpus. */
export const ANATOMIES = ['brain', 'chest', 'breast'] as const;
export type Anatomy = (typeof ANATOMIES)[number];

/** Side at which anatomies are stored. */
const SIDE = 224;
const kept = new Map<string, Uint8Array>();

/**
 * Normal anatomy `number` of a kind at side `size`: a healthy patient of the phantoms, with keys
 * that no data set uses. It is generated once and kept in memory and in `.cache`. Smaller sides are
 * averaged from it.
 */
export function generateAnatomy(kind: Anatomy, seed: number, number: number, size: number): Field {
  const key = `${kind}-${seed}-${number}`;
  let found = kept.get(key);
  if (!found) {
    found = readOrGenerate(path.join(projectRoot(), '.cache', 'pretrain', `${key}.gray`), () => {
      const random = Random.of(seed, 'pretrain', 'anatomy', kind, number);
      return renderPhantom(`phantom-${kind}` as PhantomName, random, { abnormal: false, size: SIDE }).image.data as Uint8Array;
    });
    kept.set(key, found);
  }
  return shrink(found, size);
}

function readOrGenerate(file: string, draw: () => Uint8Array): Uint8Array {
  if (fs.existsSync(file)) {
    const pixels = fs.readFileSync(file);
    if (pixels.length === SIDE * SIDE) return new Uint8Array(pixels);
  }
  const pixels = draw();
  writeFileAtomic(file, pixels);
  return pixels;
}

/** Area means: side 224 to a side that divides it, or the nearest pixels for any other. */
function shrink(from: Uint8Array, size: number): Field {
  const data = new Float32Array(size * size);
  const factor = SIDE / size;
  const span = Math.max(1, Math.floor(factor));
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      const [top, left] = [Math.floor(y * factor), Math.floor(x * factor)];
      let sum = 0;
      for (let dy = 0; dy < span; dy++) for (let dx = 0; dx < span; dx++) sum += from[(top + dy) * SIDE + left + dx];
      data[i] = sum / (span * span);
    }
  }
  return { size, data };
}
