import fs from 'node:fs';
import path from 'node:path';
import { openSafetensors } from '../../common/node/safetensors';

/** The arrays of a model, and where its checkpoint is. */
export const EXPECTED = 'expected.safetensors';
export const CHECKPOINT = 'checkpoint';
export const META = 'meta.json';

/**
 * The folders of models with reference arrays: the directory itself, or those in it. Each has a
 * checkpoint, arrays and a description (see `test/fixtures/backbones/README.md`).
 */
export function backboneFolders(dir: string): string[] {
  if (isBackbone(dir)) return [dir];
  const entries = fs.readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries
    .map((entry) => path.join(dir, entry.name))
    .filter(isBackbone)
    .sort();
}

function isBackbone(dir: string): boolean {
  const file = path.join(dir, EXPECTED);
  if (![file, path.join(dir, CHECKPOINT), path.join(dir, META)].every((name) => fs.existsSync(name))) return false;
  try {
    return /"family"/.test(fs.readFileSync(path.join(dir, META), 'utf8')) && !openSafetensors(file).has('pixel_values');
  } catch {
    return true; // a damaged file is named when it is read
  }
}
