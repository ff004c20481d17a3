import fs from 'node:fs';
import { checked } from '../common/checked';
import { UserError } from '../common/errors';
import { readJson, writeJson } from '../common/node/files';
import { shellQuote } from '../common/shell-quote';
import { CALIBRATION_FILE, calibrationSchema, type Calibration } from './calibration';
import { scoreIdentity } from './identity';
import type { LoadedRun } from './load';

/** A million scores, with the hashes of their images and files, have 170 MB. */
const MOST_BYTES = 256 * 2 ** 20;

/** An explanation for readers of the file. */
const RULE =
  'images that score above image.threshold are reported, pixels above pixel.threshold are marked; ' +
  'of further normal images like these, at most a share falseAlarms is reported, on average';

/** Writes the calibration of a run, which replaces an earlier one. */
export function writeCalibration(loaded: LoadedRun, calibration: Calibration): string {
  const file = loaded.folder.file(CALIBRATION_FILE);
  writeJson(file, { ...calibration, rule: RULE, of: scoreIdentity(loaded) });
  return file;
}

/**
 * The calibration of a run; undefined if it has none.
 * @throws UserError if the file is damaged, or belongs to other parameters than the run has now
 */
export function readCalibration(loaded: LoadedRun): Calibration | undefined {
  const file = loaded.folder.file(CALIBRATION_FILE);
  if (!fs.existsSync(file)) return undefined;
  const again = `npx mediclip calibrate --run ${shellQuote(loaded.folder.dir)}`;
  const { of, ...calibration } = checked(calibrationSchema, readJson(file, MOST_BYTES), file, `remove it and calibrate again: ${again}`);
  if (of === scoreIdentity(loaded)) return calibration as Calibration;
  throw new UserError(`${file}: belongs to other parameters than the run has now; calibrate again: ${again}, or remove the file`);
}
