import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../common/errors';
import { readText, resolveInside, sha256, sha256File, writeFileAtomic } from '../common/files';
import { Random } from '../common/random';

/** What a line of `samples/train.json` or `samples/test.json` says of an image. */
export interface SampleRow {
  /** Relative to the data set's folder, with forward slashes: `images/train/normal/0.png`. */
  filename: string;
  /** 0 normal, 1 abnormal. */
  label: 0 | 1;
  /** `good` or `defective` where nothing else is said (`label_name` in the file). */
  labelName: string;
  /** What the images show: `brainmri`. */
  clsname: string;
  /** The mask of an abnormal image, where there is one, named as `filename` is. */
  mask?: string;
  /** Whatever else the line holds. */
  metadata?: Record<string, unknown>;
}

/** An image of a data set that has been found on disk. */
export interface Sample extends SampleRow {
  /** The image's absolute path. */
  file: string;
  /** The mask's absolute path. */
  maskFile?: string;
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

const LINE = z
  .object({
    filename: z.string().min(1),
    label: z.union([z.literal(0), z.literal(1)], { errorMap: () => ({ message: 'expected 0 (normal) or 1 (abnormal)' }) }),
    label_name: z.string().min(1).optional(),
    clsname: z.string().min(1).optional(),
    mask: z.string().min(1).nullish(),
  })
  .catchall(z.unknown());

/**
 * Reads `samples/train.json` and `samples/test.json` (one JSON object a line) and finds every file that they name, in the
 * data set's folder or its `images` folder.
 * @throws UserError that names file and line for a line that is damaged, a path that leaves the folder, an abnormal
 * training image or an image on both sides; and that counts the images that are missing.
 */
export function readDataset(dir: string): Dataset {
  const folder = path.resolve(dir);
  if (!fs.existsSync(folder)) throw new UserError(`${dir}: no such data set folder`);
  const [train, test] = (['train', 'test'] as const).map((split) => readSplit(folder, split));
  const trained = new Set(train.map((sample) => sample.file));
  const shared = test.find((sample) => trained.has(sample.file));
  if (shared) throw new UserError(`${dir}: ${shared.filename} is both a training and a test image`);
  const classes = new Set([...train, ...test].map((sample) => sample.clsname));
  return { dir: folder, name: classes.size === 1 ? [...classes][0] : path.basename(folder), train, test };
}

function readSplit(dir: string, split: 'train' | 'test'): Sample[] {
  const file = path.join(dir, 'samples', `${split}.json`);
  if (!fs.existsSync(file)) {
    throw new UserError(
      `${file}: no such file; a data set has samples/train.json and samples/test.json ("mediclip datasets prepare" writes them)`,
    );
  }
  const missing: string[] = [];
  const samples = readText(file)
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((text, i) => ({ text: text.trim(), where: `${file}:${i + 1}` }))
    .filter(({ text }) => text !== '')
    .map(({ text, where }) => {
      const row = parseLine(text, where, path.basename(dir));
      if (split === 'train' && row.label !== 0) throw new UserError(`${where}: training images are normal (label 0), this one has label 1`);
      const locate = (name: string): string => {
        const found = find(dir, name, where);
        if (found === undefined) missing.push(name);
        return found ?? '';
      };
      const sample: Sample = { ...row, file: locate(row.filename) };
      if (row.mask !== undefined) sample.maskFile = locate(row.mask);
      return sample;
    });
  if (missing.length > 0)
    throw new UserError(`${file}: ${missing.length} of the files it names are missing in ${dir}, the first is ${missing[0]}`);
  return samples;
}

function parseLine(text: string, where: string, folder: string): SampleRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where}: not a JSON object on one line (${messageOf(error)})`);
  }
  let parsed: ReturnType<typeof LINE.safeParse>;
  try {
    parsed = LINE.safeParse(value);
    JSON.stringify(value); // as it will be for hashes and copies
  } catch (error) {
    throw new UserError(`${where}: cannot be read (${messageOf(error)})`); // nested deeper than the stack
  }
  if (parsed.success === false) {
    const issue = parsed.error.issues[0];
    throw new UserError(`${where}: ${issue.path.join('.') || 'the line'}: ${issue.message}`);
  }
  const { filename, label, label_name: labelName, clsname, mask, ...metadata } = parsed.data;
  const row: SampleRow = { filename, label, labelName: labelName ?? (label === 0 ? 'good' : 'defective'), clsname: clsname ?? folder };
  if (mask) row.mask = mask;
  if (Object.keys(metadata).length > 0) row.metadata = metadata;
  return row;
}

function find(dir: string, name: string, where: string): string | undefined {
  return [name, `images/${name}`]
    .map((candidate) => resolveInside(dir, candidate, where))
    .find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** Writes `samples/train.json` and `samples/test.json`: one JSON object a line, keys in the order of the published files. */
export function writeSamples(dir: string, train: readonly SampleRow[], test: readonly SampleRow[]): void {
  const lines = (rows: readonly SampleRow[]): string => rows.map((row) => JSON.stringify(lineOf(row)) + '\n').join('');
  writeFileAtomic(path.join(dir, 'samples', 'train.json'), lines(train));
  writeFileAtomic(path.join(dir, 'samples', 'test.json'), lines(test));
}

function lineOf({ filename, label, labelName, clsname, mask, metadata }: SampleRow): Record<string, unknown> {
  return { filename, label, label_name: labelName, clsname, ...(mask === undefined ? {} : { mask }), ...metadata };
}

/** SHA-256 over all samples and the bytes of their images and masks: what a run records to say what it was given. */
export function datasetHash(dataset: Dataset): string {
  const side = (samples: readonly Sample[]): unknown[] =>
    samples.map((sample) => [lineOf(sample), sha256File(sample.file), sample.maskFile ? sha256File(sample.maskFile) : null]);
  return sha256(JSON.stringify([side(dataset.train), side(dataset.test)]));
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
  if (shots > train.length) throw new UserError(`${shots} shots asked for, but ${dir} has ${train.length} training images; ask for fewer`);
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
