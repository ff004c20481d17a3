import { readCsv } from '../common/csv';
import { UserError } from '../common/errors';
import { readText } from '../common/node/files';
import { nameWithinImages } from '../datasets/layout';

/** `predictions.csv`: a score for every test image. */
export interface Scores {
  files: string[];
  labels: Uint8Array;
  scores: Float64Array;
}

/**
 * The largest `predictions.csv` in bytes: enough for half a million images with names of 60
 * letters.
 */
const LIMIT = 32 * 2 ** 20;

/**
 * Reads a `predictions.csv`.
 * @throws UserError if the file is missing or larger than 32 MiB, or if a line is not
 *   `filename,label,score`
 */
export function readScores(file: string): Scores {
  const text = readText(file, LIMIT);
  if (!/\n./.test(text)) throw new UserError(`${file}: holds no scores; expected one line filename,label,score per test image`);
  const rows = readCsv(text, ['filename', 'label', 'score'], file);
  for (const { line, cells } of rows) {
    const { filename, label, score } = cells;
    if (filename === '' || !/^[01]$/.test(label) || score.trim() === '' || !Number.isFinite(Number(score))) {
      throw new UserError(`${file}:${line}: expected filename,label,score with a label of 0 or 1 and a finite score`);
    }
  }
  return {
    files: rows.map(({ cells }) => nameWithinImages(cells.filename)), // 0.1.0 wrote images/ before it
    labels: Uint8Array.from(rows, ({ cells }) => Number(cells.label)),
    scores: Float64Array.from(rows, ({ cells }) => Number(cells.score)),
  };
}

/** The scores of the images that are in all of these files. */
export function onCommonImages({ files, labels, scores }: Scores, all: readonly Scores[]): Scores {
  const others = all.map((one) => new Set(one.files));
  const kept = [...files.keys()].filter((i) => others.every((names) => names.has(files[i])));
  return {
    files: kept.map((i) => files[i]),
    labels: Uint8Array.from(kept, (i) => labels[i]),
    scores: Float64Array.from(kept, (i) => scores[i]),
  };
}

/**
 * The scores of two files, in the order of the images of the first.
 * @throws UserError if they are for different images
 */
export function matchScores(first: Scores, second: Scores, names: [string, string]): { a: Float64Array; b: Float64Array } {
  const place = new Map(second.files.map((name, i) => [name, i]));
  const mismatch = (): UserError =>
    new UserError(
      `${names[0]} and ${names[1]} score different test images; they cannot be compared (evaluate both again, with or without --keep-leaks)`,
    );
  if (first.files.length !== second.files.length) throw mismatch();
  const b = Float64Array.from(first.files, (name, i) => {
    const at = place.get(name);
    if (at === undefined || second.labels[at] !== first.labels[i]) throw mismatch();
    return second.scores[at];
  });
  return { a: first.scores, b };
}
