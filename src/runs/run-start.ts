import fs from 'node:fs';
import { z } from 'zod';
import type { Backbone } from '../backbones/backbone';
import { UserError } from '../common/errors';
import { makeFolder, readJson, SMALL_FILE, writeJson } from '../common/node/files';
import { isTemporary, removeLeftovers } from '../common/node/leftovers';
import { withLock } from '../common/node/lock';
import { packageVersion } from '../common/node/version';
import { nameWithinImages, readDataset, type Dataset, type Sample } from '../datasets/layout';
import type { CountedImages } from '../datasets/leaks';
import type { KeptImages } from './kept-images';
import type { RunFolder, RunRecord } from './run-folder';

/** A run that is about to start or to be resumed; everything about it is checked. */
export interface RunStart {
  folder: RunFolder;
  /** True if the folder already holds a started run. */
  resumed: boolean;
  record: RunRecord;
  dataset: Dataset;
  /** The counted test images. */
  counted: CountedImages;
  /** The K normal training images. */
  support: Sample[];
  /** The abnormal training images, if any. */
  abnormal: Sample[];
  backbone: Backbone;
  /** Images that were decoded for a check, if they are soon needed again. */
  images?: KeptImages;
}

/** The file with the names that a grid gives the run, written before the run starts. */
export const LABELS_FILE = 'labels.json';

/** The files of a run that was stopped before its record was written. */
const BEGINNINGS = new Set(['checkpoint.safetensors', 'support.json', 'run.lock', LABELS_FILE]);

/** Refuses a folder that is in use; returns the record of a run to resume. */
export function prepareFolder(folder: RunFolder, resume: boolean, onNote?: (line: string) => void): RunRecord | undefined {
  if (resume) return folder.readRecord(onNote);
  if (folder.begun) throw new UserError(`${folder.dir}: already holds a run; continue it with --resume, or choose another folder`);
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
 * Works on a run while no other process can. If the work fails before it has written anything, no
 * folder is left.
 * @throws UserError if another process works on the run, or has started a run there since the
 * folder was found free
 */
export async function whileLocked<T>({ folder, resumed }: RunStart, work: () => Promise<T>): Promise<T> {
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

/**
 * Writes the names of the training images and the record; the record comes last: a folder with a
 * record can be resumed.
 */
export function writeStart({ folder, record, support, abnormal }: RunStart): void {
  const [normal, others] = [support, abnormal].map((samples) => samples.map(({ filename }) => filename));
  writeJson(folder.file('support.json'), others.length > 0 ? { normal, abnormal: others } : normal);
  folder.writeRecord(record);
}

/** The images from which a run learns. */
export type Learnt = Pick<RunStart, 'support' | 'abnormal'>;

const names = z.array(z.string());
/** A list of normal images; with abnormal shots, a list of each. */
const supportFile = z.union([
  names.transform((normal) => ({ normal, abnormal: [] as string[] })),
  z.object({ normal: names, abnormal: names.nonempty() }).strict(),
]);

/**
 * The training images that the `support.json` of a run names; none for a method that uses none.
 * @throws UserError if the file is damaged, or names images that the data set does not have
 */
export function readSupport(folder: RunFolder, dataset: Dataset): Learnt {
  const file = folder.file('support.json');
  const saved = supportFile.safeParse(readJson(file, SMALL_FILE));
  if (saved.success === false) throw new UserError(`${file}: expected a list of training images`);
  const find = (name: string, among: readonly Sample[], what: string): Sample => {
    const sample = among.find(({ filename }) => filename === nameWithinImages(name)); // version 0.1.0 wrote images/ before the name
    if (!sample) throw new UserError(`${file}: ${name} is not ${what} of ${dataset.dir}`);
    return sample;
  };
  const abnormal = [...dataset.trainAbnormal, ...dataset.test.filter(({ label }) => label === 1)];
  return {
    support: saved.data.normal.map((name) => find(name, dataset.train, 'a training image')),
    abnormal: saved.data.abnormal.map((name) => find(name, abnormal, 'an abnormal image')),
  };
}

/**
 * The images that a run has learned from, for the search for leaks in a test set: abnormal shots of
 * its own data set; of another data set, all of them if that still exists.
 * @param own - the data set, if the run was trained on it
 */
export function learntImages(folder: RunFolder, { dataset, config }: RunRecord, own?: Dataset): { shots?: Sample[]; seen?: Sample[] } {
  if (own) return config.abnormalShots ? { shots: readSupport(folder, own).abnormal } : {};
  try {
    const { support, abnormal } = readSupport(folder, readDataset(dataset));
    return { seen: [...support, ...abnormal] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {};
  }
}

/** @throws UserError if the images are not those with which a run was started */
export function checkDataset(folder: RunFolder, { dataset }: RunRecord, now: { dir: string; hash: string }): void {
  if (dataset.hash === now.hash) return;
  const own = now.dir === dataset.dir ? '' : ` (its data set is ${dataset.dir})`;
  throw new UserError(
    `${folder.file('config.json')}: this run was started on another data set than ${now.dir}${own}, or the data set has changed; restore it, or start a new run in another --out`,
  );
}

/** @throws UserError if the backend is not that with which a run was started */
export function checkBackend(folder: RunFolder, { backend }: RunRecord, now: string): void {
  if (backend === now) return;
  throw new UserError(
    `${folder.file('config.json')}: this run was started on the ${backend} backend, but now it is ${now}, with which it would not continue exactly: set MEDICLIP_BACKEND and MEDICLIP_ENCODER as before, or start a new run in another --out`,
  );
}

/** Notes if a resumed run was started by another version of this program. */
export function noteVersion(folder: RunFolder, { version }: RunRecord, onNote?: (line: string) => void): void {
  const now = packageVersion();
  if (version !== now)
    onNote?.(`${folder.dir}: was started by version ${version} and is continued by ${now}; see CHANGELOG.md for the differences`);
}
