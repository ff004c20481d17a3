import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { sha256 } from '../common/node/files';
import { Random } from '../common/random';
import { imageHash } from '../image/node/image-identity';
import { FileFinder, type FoundFile } from './find-files';
import { lineOf, nameWithinImages, readRows, type SampleRow } from './samples-file';

export { nameWithinImages, writeSamples, type SampleRow } from './samples-file';

/** An image of a data set that has been found on disk. */
export interface Sample extends SampleRow {
  /** The image's absolute path. */
  file: string;
  /** The mask's absolute path. */
  maskFile?: string;
  /** The names as spelt in the samples file, if they differ from the paths in the data set. */
  written?: { filename: string; mask?: string };
}

/**
 * The kinds of anomaly that an abnormal image shows, if its line in the samples file names them:
 * `kind` in procedural sets, `finding` in BUSI, `findings` in CheXpert.
 */
export function kindsOf({ metadata }: Sample): string[] {
  const kinds: unknown = metadata?.kind ?? metadata?.finding ?? metadata?.findings;
  return (Array.isArray(kinds) ? kinds : [kinds]).filter((kind): kind is string => typeof kind === 'string');
}

/** The patient of an image, if its line in the samples file names one (as a hash). */
export function patientOf({ metadata }: Sample): string | undefined {
  return typeof metadata?.patient === 'string' ? metadata.patient : undefined;
}

/** A data set in the layout of the published code: training images, all or most normal, and a test set. */
export interface Dataset {
  dir: string;
  /** The class to which it is limited, if it is. */
  class?: string;
  /** The class name that all samples share, or else the folder's name. */
  name: string;
  train: Sample[];
  /**
   * The abnormal images of `samples/train.json`, if it has any. Only the setting `abnormalShots` uses
   * them.
   */
  trainAbnormal: Sample[];
  test: Sample[];
}

/** The folder of a data set, and one class of it unless all are meant. */
export interface DatasetPlace {
  dir: string;
  class?: string;
}

/**
 * Reads `samples/train.json` and `samples/test.json` (one JSON object per line) and finds every
 * file that they name, in the data set's `images` folder or beside it ({@link FileFinder}).
 * @param place - the folder; with a class, the data set has only the images of that class
 * @throws UserError naming file and line for a damaged line, a path that leaves the folder, or an
 *   image on both sides or with both labels; or counting the images that are missing; or if there
 *   is no such class
 */
export function readDataset(place: string | DatasetPlace): Dataset {
  const { dir, class: wanted } = typeof place === 'string' ? { dir: place, class: undefined } : place;
  const folder = path.resolve(dir);
  if (!fs.existsSync(folder)) throw new UserError(`${dir}: no such data set folder`);
  if (!fs.statSync(folder).isDirectory()) throw new UserError(`${dir}: is a file; give the folder that holds samples/ and images/`);
  const finder = new FileFinder(folder);
  const [learnt, test] = (['train', 'test'] as const).map((split) => readSplit(folder, split, finder));
  const trained = new Set(learnt.map((sample) => sample.file));
  const shared = test.find((sample) => trained.has(sample.file));
  if (shared) throw new UserError(`${dir}: ${shared.filename} is both a training and a test image`);
  const classes = new Set([...learnt, ...test].map((sample) => sample.clsname));
  if (wanted !== undefined && !classes.has(wanted))
    throw new UserError(`${dir}: no class ${JSON.stringify(wanted)}; it has ${[...classes].join(', ') || 'no images'}`, 2);
  const chosen = (samples: readonly Sample[], label?: 0 | 1): Sample[] =>
    samples.filter((one) => (label === undefined || one.label === label) && (wanted === undefined || one.clsname === wanted));
  const name = wanted ?? (classes.size === 1 ? [...classes][0] : path.basename(folder));
  const sides = { train: chosen(learnt, 0), trainAbnormal: chosen(learnt, 1), test: chosen(test) };
  return { dir: folder, ...(wanted === undefined ? {} : { class: wanted }), name, ...sides };
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
    throw new UserError(`${file}: ${missing.length} of the files it names are missing in ${dir}; the first is ${shortened(missing[0])}`);
  return samples;
}

function sampleOf(row: SampleRow, image: FoundFile, mask: FoundFile | undefined): Sample {
  const sample: Sample = { ...row, filename: nameWithinImages(image.path), file: image.file };
  if (mask) Object.assign(sample, { mask: nameWithinImages(mask.path), maskFile: mask.file });
  if (row.filename !== image.path || (mask && row.mask !== mask.path)) sample.written = { filename: row.filename, mask: row.mask };
  return sample;
}

function shortened(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}...` : name;
}

/**
 * SHA-256 over all samples and the bytes of their images and masks, by which a run records its
 * data. The spelling of names makes no difference: `train/normal/0.png` and
 * `images/train/normal/0.png` are the same file.
 * @param known - a hash that was recorded earlier; it is returned if version 0.1.0 recorded it for
 *   these samples
 */
export function datasetHash(dataset: Dataset, known?: string): string {
  const { hash, older } = datasetHashes(dataset);
  return known !== undefined && known === older ? older : hash;
}

/**
 * {@link datasetHash}, and the hash that version 0.1.0 recorded, which depended on the spelling of
 * names.
 */
export function datasetHashes({ dir, train, trainAbnormal, test }: Dataset): { hash: string; older: string } {
  const sides = [train, test, ...(trainAbnormal.length > 0 ? [trainAbnormal] : [])];
  const contents = sides.map((samples) =>
    samples.map(({ file, maskFile }) => [imageHash(file), maskFile ? imageHash(maskFile) : null] as const),
  );
  const hashOf = (named: (sample: Sample) => SampleRow): string =>
    sha256(JSON.stringify(sides.map((samples, side) => samples.map((sample, i) => [lineOf(named(sample)), ...contents[side][i]]))));
  const inDataset = (file: string): string => path.relative(dir, file).split(path.sep).join('/');
  const byPath = (sample: Sample): SampleRow => {
    const row = { ...sample, filename: inDataset(sample.file) };
    return sample.maskFile === undefined ? row : { ...row, mask: inDataset(sample.maskFile) };
  };
  return { hash: hashOf(byPath), older: hashOf((sample) => ({ ...byPath(sample), ...sample.written })) };
}

/**
 * Samples the `shots` normal images of a few-shot run from the training images. Copies, which have
 * the same bytes as an earlier image, come last: they are taken only if there are too few other
 * images. With the same seed, fewer shots are the first of more.
 * @param onNote - called with one line for each copy that is passed over, or one line for all
 *   copies that are taken
 * @throws UserError if there are too few training images
 */
export function supportSet(dataset: Dataset, shots: number, seed: number, onNote?: (line: string) => void): Sample[] {
  const { dir, train } = dataset;
  if (!Number.isSafeInteger(shots) || shots < 1) throw new UserError(`shots: expected a whole number above 0, got ${shots}`);
  if (shots > train.length)
    throw new UserError(`${shots} shots asked for, but ${dir} has ${train.length} training images; use at most --shots ${train.length}`);
  const chosen = new Map<string, Sample>();
  const copies: Sample[] = [];
  const notes: string[] = [];
  for (const sample of Random.of(seed, 'support').shuffle(train)) {
    if (chosen.size === shots) break;
    const hash = imageHash(sample.file);
    const same = chosen.get(hash);
    if (same) {
      copies.push(sample);
      notes.push(`${sample.filename} is the same image as ${same.filename}, so it is not used as a training image`);
    } else chosen.set(hash, sample);
  }
  const missing = shots - chosen.size;
  if (missing > 0)
    onNote?.(`${dir}: only ${chosen.size} of its ${train.length} training images differ, so ${missing} of ${shots} shots are copies`);
  else for (const note of notes) onNote?.(note);
  const drawn = [...chosen.values(), ...copies].slice(0, shots);
  const classes = [...new Set(train.map(({ clsname }) => clsname))];
  const count = (name: string): number => drawn.filter(({ clsname }) => clsname === name).length;
  if (classes.length > 1) onNote?.(`${dir}: shots by class: ${classes.map((name) => `${name} ${count(name)}`).join(', ')}`);
  return drawn;
}
