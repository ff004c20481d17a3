import path from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../common/errors';
import { readText, writeFileAtomic } from '../common/node/files';

/** What a line of `samples/train.json` or `samples/test.json` says of an image. */
export interface SampleRow {
  /**
   * Relative to the data set's `images` folder, with forward slashes: `train/normal/0.png`. The published code joins names to that folder
   * too. A file that lies beside that folder is named relative to the data set.
   */
  filename: string;
  /** 0 normal, 1 abnormal. */
  label: 0 | 1;
  /** `good` or `defective` where nothing else is said (`label_name` in the file). */
  labelName: string;
  /** What the images show: `brainmri`. */
  clsname: string;
  /** The mask of an abnormal image, where there is one, named as `filename` is. */
  mask?: string;
  /**
   * The mask was a JPEG and keeps its grey levels in another format (`mask_lossy` in the file): which of them count is decided as for a
   * JPEG ({@link MaskRule}).
   */
  maskLossy?: true;
  /** Whatever else the line holds. */
  metadata?: Record<string, unknown>;
}

/** Larger files are refused: a million images need less. */
export const MAX_SAMPLES_BYTES = 256 * 2 ** 20;
/** Longer lines are refused, in characters. */
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

/** A row, and where it stands: `samples/train.json:3`. */
export interface PlacedRow {
  row: SampleRow;
  where: string;
}

/**
 * Reads a samples file: one JSON object per line; blank lines and a byte order mark do not count.
 * @param folder - the class name of rows that have none
 * @throws UserError that names file and line
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
      const content = text.slice(start, stop).trim(); // also takes a byte order mark away
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
  const { filename, label, label_name: labelName, clsname, mask, mask_lossy: lossy, ...metadata } = parsed.data;
  const row: SampleRow = { filename, label, labelName: labelName ?? (label === 0 ? 'good' : 'defective'), clsname: clsname ?? folder };
  if (mask) row.mask = mask;
  if (mask && lossy) row.maskLossy = true;
  if (Object.keys(metadata).length > 0) row.metadata = metadata;
  return row;
}

/**
 * Writes `samples/train.json` and `samples/test.json`: one JSON object per line, keys in the order of the published files, names relative
 * to the `images` folder.
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

/** A name as samples files have it now: `train/normal/0.png`, also of `images/train/normal/0.png`, which version 0.1.0 wrote. */
export function nameWithinImages(name: string): string {
  return name.replace(/^images\//, '');
}

/** A row as its line in the file. */
export function lineOf({ filename, label, labelName, clsname, mask, maskLossy, metadata }: SampleRow): Record<string, unknown> {
  const drawn = mask === undefined ? {} : { mask, ...(maskLossy ? { mask_lossy: true } : {}) };
  return { filename, label, label_name: labelName, clsname, ...drawn, ...metadata };
}
