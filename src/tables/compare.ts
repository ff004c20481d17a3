import { Random } from '../common/random';
import { isImageMetric, METRICS } from '../metrics/metrics';
import { pairedBootstrap, type PairedTest, type ScorePair } from '../metrics/paired-bootstrap';
import type { Result } from './results';
import { matchScores, readScores, type Scores } from './scores';
import { SUMMARY_KEYS, type Summary } from './summary';

/** A row of a table: a summary, whether it is the best of those it stands beside, and the test against one of them. */
export interface ComparedRow extends Summary {
  best: boolean;
  /** Label of the row that this one was tested against. */
  against: string | null;
  test: PairedTest | null;
}

/** Against which of all rows a row is tested. */
export type Reference = (row: Summary, rows: readonly Summary[]) => Summary | undefined;

/**
 * Marks the best of all rows that stand beside each other, and tests each against its reference: paired bootstrap over the same test
 * images and seeds, for metrics of images (maps of test images are not kept, so those of pixels have none).
 * @param results - of which the rows are summaries; their scores are read
 * @param besides - whether two rows stand beside each other
 */
export function compare(
  rows: readonly Summary[],
  results: readonly Result[],
  options: { besides: (row: Summary, other: Summary) => boolean; reference?: Reference; resamples?: number },
): ComparedRow[] {
  const { besides, reference, resamples } = options;
  const read = new Map<string, Scores>();
  const scores = ({ predictions }: Result): Scores => {
    const known = read.get(predictions) ?? readScores(predictions);
    read.set(predictions, known);
    return known;
  };
  return rows.map((row) => {
    const beside = rows.filter((other) => besides(row, other));
    const against = reference?.(row, rows);
    const test = against && against !== row ? testOf(row, against, results, scores, resamples) : null;
    return {
      ...row,
      best: beside.length > 1 && complete(beside).includes(row) && isBest(row, beside),
      against: test ? (against as Summary).label : null,
      test,
    };
  });
}

/** The row with the best mean of those for which `counts` holds. */
export function bestOf(rows: readonly Summary[], counts: (row: Summary) => boolean): Summary | undefined {
  return complete(rows.filter(counts)).find((row, _, all) => isBest(row, all));
}

/** Rows over as many seeds as any: a mean over fewer is no match for theirs. What sees no training image has one run. */
function complete(rows: readonly Summary[]): Summary[] {
  const most = Math.max(...rows.map(({ n, shots }) => (shots > 0 ? n : 0)));
  return rows.filter(({ n, shots }) => shots === 0 || n === most);
}

function isBest(row: Summary, among: readonly Summary[]): boolean {
  const sign = METRICS[row.metric].lowerIsBetter ? -1 : 1;
  return among.every((other) => sign * row.mean >= sign * other.mean);
}

function testOf(
  row: Summary,
  against: Summary,
  results: readonly Result[],
  scores: (result: Result) => Scores,
  resamples?: number,
): PairedTest | null {
  const { metric } = row;
  if (!isImageMetric(metric)) return null;
  const [mine, theirs] = [runsOf(row, results), runsOf(against, results)];
  const matched = mine.flatMap((a) => {
    const b = against.shots === 0 ? theirs[0] : theirs.find(({ seed }) => seed === a.seed); // what sees no training image ran once
    return b ? [{ a, b }] : [];
  });
  if (matched.length === 0) return null;
  const first = scores(matched[0].a);
  const pairs = matched.map(({ a, b }): ScorePair => ({
    a: matchScores(first, scores(a), [matched[0].a.run, a.run]).b,
    b: matchScores(first, scores(b), [matched[0].a.run, b.run]).b,
  }));
  return pairedBootstrap(pairs, first.labels, metric, Random.of(1, 'paired', row.label, against.label), { resamples });
}

/** The runs of which a row is the mean. */
export function runsOf(row: Summary, results: readonly Result[]): Result[] {
  return results.filter((result) => SUMMARY_KEYS.every((key) => result[key] === row[key]));
}
