import fs from 'node:fs';
import path from 'node:path';
import { readText, resolveInside } from '../../common/node/files';
import { openSafetensors } from '../../common/node/safetensors';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files';

/** The checkpoint in a folder, for instance a Hugging Face one. Nothing is read yet. */
export function checkpointFolder(dir: string): CheckpointFiles {
  const pathOf = (file: string): string => path.join(dir, file);
  return {
    name: dir,
    list: () => namesIn(dir),
    has: (file) => fs.existsSync(pathOf(file)),
    pathOf,
    readText: (file) => readText(file.includes('/') ? resolveInside(dir, file) : pathOf(file)),
    openWeights: (file, listedIn) => openSafetensors(listedIn === undefined ? pathOf(file) : shardFile(dir, file, pathOf(listedIn))),
  };
}

/** The files of a folder, sorted; none if it cannot be read. */
export function namesIn(dir: string): string[] {
  try {
    return fs.readdirSync(dir).sort();
  } catch {
    return [];
  }
}

/**
 * The path of a shard. A link may lead to the `blobs` of the Hugging Face cache if the folder is
 * one of its snapshots, since every download has this layout. Any other way out of the folder is
 * refused.
 */
function shardFile(dir: string, shard: string, index: string): string {
  const file = path.resolve(dir, shard);
  if (path.dirname(file) === path.resolve(dir) && fs.existsSync(file)) {
    const snapshot = fs.realpathSync(dir);
    const snapshots = path.dirname(snapshot);
    const blobs = path.join(path.dirname(snapshots), 'blobs');
    if (path.basename(snapshots) === 'snapshots' && path.dirname(fs.realpathSync(file)) === blobs) return file;
  }
  return resolveInside(dir, shard, index);
}
