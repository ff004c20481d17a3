import { Random } from '../common/random';
import { isImageMetric, METRICS } from '../metrics/metrics';
import { pairedBootstrap, type PairedTest, type ScorePair } from '../metrics/paired-bootstrap';
import type { Result } from './results';
import { matchScores, onCommonImages, readScores, type Scores } from './scores';
import { SUMMARY_KEYS, type Summary } from './summary';

/**
 * A row of a table: a summary, whether it is the best of comparable rows, and its test against one
 * row.
 */
export interface ComparedRow extends Summary {
  best: boolean;
  /** Label of the row that this one was tested against. */
  against: string | null;
  test: PairedTest | null;
}

/** Chooses, among all rows, the one that a row is tested against. */
export type Reference = (row: Summary, rows: readonly Summary[]) => Summary | undefined;

/**
 * Marks the best of all comparable rows, and tests each row against its reference with a paired
 * bootstrap over the same test images and seeds. Only image metrics are tested, because the maps of
 * test images, which pixel metrics need, are not kept.
 * @param results - the results that the rows summarise; their scores are read
 * @param comparable - whether two rows are candidates for the same best value
 */
export function compare(
  rows: readonly Summary[],
  results: readonly Result[],
  options: { comparable: (row: Summary, other: Summary) => boolean; reference?: Reference; resamples?: number },
): ComparedRow[] {
  const { comparable, reference, resamples } = options;
  const read = new Map<string, Scores>();
  const scores = ({ predictions }: Result): Scores => {
    const known = read.get(predictions) ?? readScores(predictions);
    read.set(predictions, known);
    return known;
  };
  return rows.map((row) => {
    const candidates = rows.filter((other) => comparable(row, other));
    const against = reference?.(row, rows);
    const test = against && against !== row ? testOf(row, against, results, scores, resamples) : null;
    return {
      ...row,
      best: candidates.length > 1 && complete(candidates).includes(row) && isBest(row, candidates),
      against: test ? (against as Summary).label : null,
      test,
    };
  });
}

/** The row with the best mean among those that are eligible. */
export function bestOf(rows: readonly Summary[], isEligible: (row: Summary) => boolean): Summary | undefined {
  return complete(rows.filter(isEligible)).find((row, _, all) => isBest(row, all));
}

/**
 * The rows with the largest number of seeds: a mean over fewer seeds is not comparable. Methods
 * that see no training images have only one run and always count.
 */
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
    const b = against.shots === 0 ? theirs[0] : theirs.find(({ seed }) => seed === a.seed); // without training images: one run
    return b ? [{ a, b }] : [];
  });
  if (matched.length === 0) return null;
  // runs with abnormal shots leave other images out than the rest
  const runs = matched.flatMap(({ a, b }) => [a, b]);
  const all = runs.some(({ abnormalShots }) => abnormalShots > 0) ? runs.map(scores) : undefined;
  const of = (run: Result): Scores => (all ? onCommonImages(scores(run), all) : scores(run));
  const first = of(matched[0].a);
  const pairs = matched.map(({ a, b }): ScorePair => ({
    a: matchScores(first, of(a), [matched[0].a.run, a.run]).b,
    b: matchScores(first, of(b), [matched[0].a.run, b.run]).b,
  }));
  return pairedBootstrap(pairs, first.labels, metric, Random.of(1, 'paired', row.label, against.label), { resamples });
}

/** The runs that a row averages. */
export function runsOf(row: Summary, results: readonly Result[]): Result[] {
  return results.filter((result) => SUMMARY_KEYS.every((key) => result[key] === row[key]));
}
