import fs from 'node:fs';
import type { Clip } from '../clip/clip';
import { UserError } from '../common/errors';
import { writeJson } from '../common/files';
import type { Dataset, Sample } from '../datasets/layout';
import type { RunFolder, RunRecord } from './run-folder';

/** A run that is about to begin or to go on; everything about it is checked. */
export interface RunStart {
  folder: RunFolder;
  /** The folder holds its beginning already. */
  resumed: boolean;
  record: RunRecord;
  dataset: Dataset;
  /** The K training images. */
  support: Sample[];
  clip: Clip;
}

/** What a run leaves that was stopped before its record was written. */
const BEGINNINGS = /^(checkpoint\.safetensors|support\.json)$|\.tmp$/;

/** Refuses a folder that is in use; returns what is to be resumed. */
export function prepareFolder(folder: RunFolder, resume: boolean): RunRecord | undefined {
  if (resume) return folder.readRecord();
  if (folder.begun) throw new UserError(`${folder.dir}: holds a run already; go on with --resume, or choose another folder`);
  if (fs.existsSync(folder.dir) && !fs.statSync(folder.dir).isDirectory()) throw new UserError(`${folder.dir}: is a file, not a folder`);
  const leftovers = fs.existsSync(folder.dir) ? fs.readdirSync(folder.dir).filter((name) => !BEGINNINGS.test(name)) : [];
  if (leftovers.length > 0) {
    throw new UserError(`${folder.dir}: is not empty and holds no run; choose another folder`);
  }
  return undefined;
}

/** Writes the names of the training images and the record; the record last: a folder with one can be resumed. */
export function writeStart(folder: RunFolder, record: RunRecord, support: readonly Sample[]): void {
  writeJson(
    folder.file('support.json'),
    support.map((sample) => sample.filename),
  );
  folder.writeRecord(record);
}

/** @throws UserError where model, data set or backend are not those with which a run began. */
export function checkUnchanged(folder: RunFolder, saved: RunRecord, now: RunRecord): void {
  const where = folder.file('config.json');
  if (saved.model.hash !== now.model.hash)
    throw new UserError(`${where}: the weights of ${saved.model.name} have changed since this run began`);
  if (saved.dataset.hash !== now.dataset.hash)
    throw new UserError(`${where}: this run began on another data set than ${now.dataset.dir}, or it has changed`);
  if (saved.backend !== now.backend) {
    throw new UserError(`${where}: this run began on the ${saved.backend} backend, now it is ${now.backend}; it would not go on exactly`);
  }
}
