import fs from 'node:fs';
import { z } from 'zod';
import type { Backbone } from '../backbones/backbone';
import { UserError } from '../common/errors';
import { makeFolder, readJson, SMALL_FILE, writeJson } from '../common/node/files';
import { isTemporary, removeLeftovers } from '../common/node/leftovers';
import { withLock } from '../common/node/lock';
import { packageVersion } from '../common/node/version';
import { nameWithinImages, type Dataset, type Sample } from '../datasets/layout';
import type { CountedImages } from '../datasets/leaks';
import type { KeptImages } from './kept-images';
import type { RunFolder, RunRecord } from './run-folder';

/** A run that is about to begin or to go on; everything about it is checked. */
export interface RunStart {
  folder: RunFolder;
  /** The folder holds its beginning already. */
  resumed: boolean;
  record: RunRecord;
  dataset: Dataset;
  /** The test images that count. */
  counted: CountedImages;
  /** The K training images. */
  support: Sample[];
  backbone: Backbone;
  /** Images that were decoded to check them, where they are soon needed again. */
  images?: KeptImages;
}

/** What a grid calls the run, written before it is begun. */
export const LABELS_FILE = 'labels.json';

/** What a run leaves that was stopped before its record was written. */
const BEGINNINGS = new Set(['checkpoint.safetensors', 'support.json', 'run.lock', LABELS_FILE]);

/** Refuses a folder that is in use; returns what is to go on. */
export function prepareFolder(folder: RunFolder, resume: boolean, onNote?: (line: string) => void): RunRecord | undefined {
  if (resume) return folder.readRecord(onNote);
  if (folder.begun) throw new UserError(`${folder.dir}: holds a run already; go on with --resume, or choose another folder`);
  if (fs.existsSync(folder.dir) && !fs.statSync(folder.dir).isDirectory()) throw new UserError(`${folder.dir}: is a file, not a folder`);
  const leftovers = fs.existsSync(folder.dir)
    ? fs.readdirSync(folder.dir).filter((name) => !BEGINNINGS.has(name) && !isTemporary(name))
    : [];
  if (leftovers.length > 0) {
    throw new UserError(`${folder.dir}: is not empty and holds no run; choose another folder`);
  }
  return undefined;
}

/**
 * Works on a run while no other process can. Where the work fails before it has written anything, no folder is left.
 * @throws UserError where another process works on it, or has begun a run there since it was found free
 */
export async function alone<T>({ folder, resumed }: RunStart, work: () => Promise<T>): Promise<T> {
  const existed = fs.existsSync(folder.dir);
  makeFolder(folder.dir);
  try {
    return await withLock(folder.file('run.lock'), `a training in ${folder.dir}`, () => {
      removeLeftovers(folder.dir);
      if (!resumed) prepareFolder(folder, false);
      return work();
    });
  } finally {
    if (!existed && fs.readdirSync(folder.dir).length === 0) fs.rmdirSync(folder.dir);
  }
}

/** Writes the names of the training images and the record; the record last: a folder with one can be resumed. */
export function writeStart(folder: RunFolder, record: RunRecord, support: readonly Sample[]): void {
  writeJson(
    folder.file('support.json'),
    support.map((sample) => sample.filename),
  );
  folder.writeRecord(record);
}

/**
 * The training images that a run's `support.json` names; none for a method that sees none.
 * @throws UserError where it is damaged, or names what the data set does not have
 */
export function readSupport(folder: RunFolder, dataset: Dataset): Sample[] {
  const file = folder.file('support.json');
  const names = z.array(z.string()).safeParse(readJson(file, SMALL_FILE));
  if (names.success === false) throw new UserError(`${file}: a list of training images is expected`);
  return names.data.map((name) => {
    const sample = dataset.train.find(({ filename }) => filename === nameWithinImages(name)); // 0.1.0 wrote images/ before it
    if (!sample) throw new UserError(`${file}: ${name} is no training image of ${dataset.dir}`);
    return sample;
  });
}

/** @throws UserError where the images are not those with which a run began. */
export function checkDataset(folder: RunFolder, { dataset }: RunRecord, now: { dir: string; hash: string }): void {
  if (dataset.hash === now.hash) return;
  const own = now.dir === dataset.dir ? '' : ` (its own is ${dataset.dir})`;
  throw new UserError(
    `${folder.file('config.json')}: this run began on another data set than ${now.dir}${own}, or it has changed; give that one back, or begin anew in another --out`,
  );
}

/** @throws UserError where the backend is not that with which a run began. */
export function checkBackend(folder: RunFolder, { backend }: RunRecord, now: string): void {
  if (backend === now) return;
  throw new UserError(
    `${folder.file('config.json')}: this run began on the ${backend} backend, now it is ${now}; it would not go on exactly: set MEDICLIP_BACKEND and MEDICLIP_ENCODER as they were, or begin anew in another --out`,
  );
}

/** Says where a run that goes on was begun by another version of this program. */
export function noteVersion(folder: RunFolder, { version }: RunRecord, onNote?: (line: string) => void): void {
  const now = packageVersion();
  if (version !== now)
    onNote?.(`${folder.dir}: was begun by version ${version} and goes on by ${now}; CHANGELOG.md says what is different`);
}
