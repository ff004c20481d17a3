import path from 'node:path';
import { z } from 'zod';
import { duplicateKey } from '../common/duplicate-keys';
import { messageOf, UserError } from '../common/errors';
import { explainIssue } from '../common/explain-issue';
import { readText, writeFileAtomic } from '../common/node/files';

/** A line of `samples/train.json` or `samples/test.json`, which describes one image. */
export interface SampleRow {
  /**
   * Relative to the data set's `images` folder, with forward slashes: `train/normal/0.png`. The
   * published code also resolves names in that folder. A file outside of it is named relative to
   * the data set.
   */
  filename: string;
  /** 0 normal, 1 abnormal. */
  label: 0 | 1;
  /** `label_name` in the file; default `good` or `defective`. */
  labelName: string;
  /** What the images show: `brainmri`. */
  clsname: string;
  /** The mask of an abnormal image, if there is one, named like `filename`. */
  mask?: string;
  /**
   * Whether the mask was a JPEG and still has its grey levels, in another format (`mask_lossy` in
   * the file). The levels are then treated as in a JPEG ({@link MaskRule}).
   */
  maskLossy?: true;
  /** All other keys of the line. */
  metadata?: Record<string, unknown>;
}

/** The largest samples file in bytes: more than a million images need. */
export const MAX_SAMPLES_BYTES = 256 * 2 ** 20;
/** The longest line in characters. */
const MAX_LINE = 2 ** 20;

const LINE = z
  .object({
    filename: z.string().min(1),
    label: z.union([z.literal(0), z.literal(1)], { errorMap: () => ({ message: 'expected 0 (normal) or 1 (abnormal)' }) }),
    label_name: z.string().min(1).optional(),
    clsname: z.string().min(1).optional(),
    mask: z.string().nullish(),
    mask_lossy: z.boolean().optional(),
  })
  .catchall(z.unknown());

/** A row with its file and line: `samples/train.json:3`. */
export interface PlacedRow {
  row: SampleRow;
  where: string;
}

/**
 * Reads a samples file: one JSON object per line. Blank lines and a byte order mark are ignored.
 * @param folder - the class name for rows that have none
 * @throws UserError naming file and line
 */
export function readRows(file: string, folder: string): PlacedRow[] {
  const text = readText(file, MAX_SAMPLES_BYTES);
  if (text.startsWith('\uFFFD\uFFFD') || text.includes('\0')) throw new UserError(`${file}: not UTF-8 text; save it as UTF-8`);
  const rows: PlacedRow[] = [];
  let line = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const stop = end === -1 ? text.length : end;
    line++;
    if (stop > start) {
      const where = `${file}:${line}`;
      if (stop - start > MAX_LINE) throw new UserError(`${where}: a line of ${stop - start} characters; at most ${MAX_LINE} are read`);
      const content = text.slice(start, stop).trim(); // also removes a byte order mark
      if (content !== '') rows.push({ row: parseLine(content, where, folder), where });
    }
    start = stop + 1;
  }
  return rows;
}

function parseLine(text: string, where: string, folder: string): SampleRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where}: not a JSON object on one line (${messageOf(error)})`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new UserError(`${where}: the key ${JSON.stringify(twice.key)} occurs twice in one object; remove one`);
  let parsed: ReturnType<typeof LINE.safeParse>;
  try {
    parsed = LINE.safeParse(value);
    JSON.stringify(value); // hashes and copies will do the same
  } catch (error) {
    throw new UserError(`${where}: cannot be read (${messageOf(error)})`); // nested too deeply for the stack
  }
  if (parsed.success === false) {
    throw new UserError(`${where}: ${explainIssue(parsed.error.issues[0], { whole: 'the line' })}`);
  }
  const { filename, label, label_name: labelName, clsname, mask, mask_lossy: lossy, ...metadata } = parsed.data;
  const row: SampleRow = { filename, label, labelName: labelName ?? (label === 0 ? 'good' : 'defective'), clsname: clsname ?? folder };
  if (mask) row.mask = mask;
  if (mask && lossy) row.maskLossy = true;
  if (Object.keys(metadata).length > 0) row.metadata = metadata;
  return row;
}

/**
 * Writes `samples/train.json` and `samples/test.json`: one JSON object per line, with the keys in
 * the order of the published files and names relative to the `images` folder.
 */
export function writeSamples(dir: string, train: readonly SampleRow[], test: readonly SampleRow[]): void {
  const lines = (rows: readonly SampleRow[]): string => rows.map((row) => JSON.stringify(lineOf(withinImages(row))) + '\n').join('');
  writeFileAtomic(path.join(dir, 'samples', 'train.json'), lines(train));
  writeFileAtomic(path.join(dir, 'samples', 'test.json'), lines(test));
}

function withinImages(row: SampleRow): SampleRow {
  const filename = nameWithinImages(row.filename);
  return row.mask === undefined ? { ...row, filename } : { ...row, filename, mask: nameWithinImages(row.mask) };
}

/**
 * A name in the current form of samples files, `train/normal/0.png`. Version 0.1.0 wrote
 * `images/train/normal/0.png`.
 */
export function nameWithinImages(name: string): string {
  return name.replace(/^images\//, '');
}

/** The line of a row in the file. */
export function lineOf({ filename, label, labelName, clsname, mask, maskLossy, metadata }: SampleRow): Record<string, unknown> {
  const maskKeys = mask === undefined ? {} : { mask, ...(maskLossy ? { mask_lossy: true } : {}) };
  return { filename, label, label_name: labelName, clsname, ...maskKeys, ...metadata };
}
