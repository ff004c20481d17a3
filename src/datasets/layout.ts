import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { sha256, sha256File } from '../common/node/files';
import { Random } from '../common/random';
import { FileFinder, type FoundFile } from './find-files';
import { lineOf, nameWithinImages, readRows, type SampleRow } from './samples-file';

export { nameWithinImages, writeSamples, type SampleRow } from './samples-file';

/** An image of a data set that has been found on disk. */
export interface Sample extends SampleRow {
  /** The image's absolute path. */
  file: string;
  /** The mask's absolute path. */
  maskFile?: string;
  /** The names as they are spelt in the samples file, where that differs from their paths in the data set. */
  written?: { filename: string; mask?: string };
}

/**
 * What kinds of anomaly an abnormal image shows, where its line in the samples file says: `kind` of a procedural set, `finding` of BUSI,
 * `findings` of CheXpert.
 */
export function kindsOf({ metadata }: Sample): string[] {
  const said = metadata?.kind ?? metadata?.finding ?? metadata?.findings;
  return (Array.isArray(said) ? said : [said]).filter((kind): kind is string => typeof kind === 'string');
}

/** A data set in the layout of the published code: normal images to train on, and a test set. */
export interface Dataset {
  dir: string;
  /** The class name that all samples share, else the folder's name. */
  name: string;
  train: Sample[];
  test: Sample[];
}

/**
 * Reads `samples/train.json` and `samples/test.json` (one JSON object per line) and finds every file that they name, in the data set's
 * `images` folder or beside it ({@link FileFinder}).
 * @throws UserError that names file and line for a line that is damaged, a path that leaves the folder, an abnormal training image, an
 * image on both sides or with both labels; and that counts the images that are missing.
 */
export function readDataset(dir: string): Dataset {
  const folder = path.resolve(dir);
  if (!fs.existsSync(folder)) throw new UserError(`${dir}: no such data set folder`);
  if (!fs.statSync(folder).isDirectory()) throw new UserError(`${dir}: is a file; give the folder that holds samples/ and images/`);
  const finder = new FileFinder(folder);
  const [train, test] = (['train', 'test'] as const).map((split) => readSplit(folder, split, finder));
  const trained = new Set(train.map((sample) => sample.file));
  const shared = test.find((sample) => trained.has(sample.file));
  if (shared) throw new UserError(`${dir}: ${shared.filename} is both a training and a test image`);
  const classes = new Set([...train, ...test].map((sample) => sample.clsname));
  return { dir: folder, name: classes.size === 1 ? [...classes][0] : path.basename(folder), train, test };
}

function readSplit(dir: string, split: 'train' | 'test', finder: FileFinder): Sample[] {
  const file = path.join(dir, 'samples', `${split}.json`);
  if (!fs.lstatSync(file, { throwIfNoEntry: false })) {
    throw new UserError(
      `${file}: no such file; a data set has samples/train.json and samples/test.json ("mediclip datasets prepare" writes them)`,
    );
  }
  const missing: string[] = [];
  const first = new Map<string, { label: 0 | 1; where: string }>();
  const locate = (name: string, where: string): FoundFile => {
    const found = finder.find(name, where);
    if (found === undefined) missing.push(name);
    return found ?? { file: '', path: '', identity: '' };
  };
  const samples = readRows(file, path.basename(dir)).map(({ row, where }) => {
    if (split === 'train' && row.label !== 0) throw new UserError(`${where}: training images are normal (label 0), this one has label 1`);
    const image = locate(row.filename, where);
    const before = first.get(image.identity);
    if (image.file !== '' && before && before.label !== row.label) {
      throw new UserError(`${where}: ${row.filename} has label ${row.label} here and label ${before.label} in ${before.where}; remove one`);
    }
    first.set(image.identity, before ?? { label: row.label, where });
    const mask = row.mask === undefined ? undefined : locate(row.mask, where);
    return sampleOf(row, image, mask);
  });
  if (missing.length > 0)
    throw new UserError(`${file}: ${missing.length} of the files it names are missing in ${dir}, the first is ${cut(missing[0])}`);
  return samples;
}

function sampleOf(row: SampleRow, image: FoundFile, mask: FoundFile | undefined): Sample {
  const sample: Sample = { ...row, filename: nameWithinImages(image.path), file: image.file };
  if (mask) Object.assign(sample, { mask: nameWithinImages(mask.path), maskFile: mask.file });
  if (row.filename !== image.path || (mask && row.mask !== mask.path)) sample.written = { filename: row.filename, mask: row.mask };
  return sample;
}

function cut(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}...` : name;
}

/**
 * SHA-256 over all samples and the bytes of their images and masks: what a run records to say what it was given. How a name is spelt
 * makes no difference: `train/normal/0.png` and `images/train/normal/0.png` are one file.
 * @param known - a hash that was recorded before; it is returned where version 0.1.0 recorded it of these samples
 */
export function datasetHash(dataset: Dataset, known?: string): string {
  const { hash, older } = datasetHashes(dataset);
  return known !== undefined && known === older ? older : hash;
}

/** {@link datasetHash}, and the one that version 0.1.0 recorded, which counted names as they are spelt. */
export function datasetHashes({ dir, train, test }: Dataset): { hash: string; older: string } {
  const contents = [train, test].map((samples) =>
    samples.map(({ file, maskFile }) => [sha256File(file), maskFile ? sha256File(maskFile) : null] as const),
  );
  const hashOf = (named: (sample: Sample) => SampleRow): string =>
    sha256(JSON.stringify([train, test].map((samples, side) => samples.map((sample, i) => [lineOf(named(sample)), ...contents[side][i]]))));
  const placed = (file: string): string => path.relative(dir, file).split(path.sep).join('/');
  const atPlace = (sample: Sample): SampleRow => {
    const row = { ...sample, filename: placed(sample.file) };
    return sample.maskFile === undefined ? row : { ...row, mask: placed(sample.maskFile) };
  };
  return { hash: hashOf(atPlace), older: hashOf((sample) => ({ ...atPlace(sample), ...sample.written })) };
}

/**
 * The `shots` normal images of a few-shot run, drawn from the training images; files with the same bytes as one before come last, so
 * that they are taken only where there are too few others. With one seed, fewer shots are the first of more.
 * @param onNote - called with a line for every image that is passed over, or one for those that are taken twice
 * @throws UserError if there are not as many training images.
 */
export function supportSet(dataset: Dataset, shots: number, seed: number, onNote?: (line: string) => void): Sample[] {
  const { dir, train } = dataset;
  if (!Number.isSafeInteger(shots) || shots < 1) throw new UserError(`shots: expected a whole number above 0, got ${shots}`);
  if (shots > train.length)
    throw new UserError(
      `${shots} shots asked for, but ${dir} has ${train.length} training images; ask for fewer: --shots ${train.length} at most`,
    );
  const drawn = new Map<string, Sample>();
  const copies: Sample[] = [];
  const notes: string[] = [];
  for (const sample of Random.of(seed, 'support').shuffle(train)) {
    if (drawn.size === shots) break;
    const hash = sha256File(sample.file);
    const same = drawn.get(hash);
    if (same) {
      copies.push(sample);
      notes.push(`${sample.filename} is the same image as ${same.filename} and is passed over as a training image`);
    } else drawn.set(hash, sample);
  }
  const missing = shots - drawn.size;
  if (missing > 0)
    onNote?.(`${dir}: only ${drawn.size} of its ${train.length} training images differ, so ${missing} of ${shots} shots are copies`);
  else for (const note of notes) onNote?.(note);
  return [...drawn.values(), ...copies].slice(0, shots);
}
