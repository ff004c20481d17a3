import type { Random } from '../common/random';
import { formatNumber, signedNumber } from '../drawing/style';
import { pairedBootstrap, type PairedTest } from '../metrics/paired-bootstrap';
import { isGain, SIGNIFICANCE } from '../metrics/significance';
import { differenceBars } from '../plots/difference-bars';
import type { Chart } from '../plots/picture';
import type { Table } from '../plots/table';
import { cellOf, type TransferMatrix } from '../runs/transfer';
import { pText } from '../tables/texts';

/** What a run has over a reference on the same test images. */
export interface Gain extends PairedTest {
  trainedOn: string;
  testedOn: string;
  /** Image AUROC of the reference, and of the run. */
  from: number;
  to: number;
  /** Whether the 95 % interval of the run itself lies above 0.5, guessing. */
  aboveGuessing: boolean;
}

/**
 * The image AUROC of every run minus that of a reference, such as zero-shot CLIP, on the same
 * images, with a paired bootstrap. Test sets with one class only are left out.
 * @param reference - name of a row of the matrix
 * @param runs - names of the rows to compare, default all others
 */
export function gainsOver(
  matrix: TransferMatrix,
  reference: string,
  random: Random,
  options: { runs?: readonly string[]; resamples?: number } = {},
): Gain[] {
  const { runs = matrix.rows.filter((row) => row !== reference), resamples } = options;
  return matrix.datasets.flatMap(({ name: testedOn }) => {
    const base = cellOf(matrix, reference, testedOn);
    return runs.flatMap((trainedOn): Gain[] => {
      const { scores, labels, metrics } = cellOf(matrix, trainedOn, testedOn);
      const test = pairedBootstrap([{ a: scores, b: base.scores }], labels, 'imageAuroc', random, { resamples });
      if (!test) return [];
      const [lowest] = metrics.intervals.imageAuroc as [number, number];
      const [from, to] = [base.metrics.imageAuroc as number, metrics.imageAuroc as number];
      return [{ trainedOn, testedOn, from, to, aboveGuessing: lowest > 0.5, ...test }];
    });
  });
}

/** A difference with its interval and p-value: `+0.210 (95 % interval +0.100 to +0.310, p = 0.002)`. */
export function gainText({ difference, low, high, p }: PairedTest): string {
  return `${signedNumber(difference)} (95 % interval ${signedNumber(low)} to ${signedNumber(high)}, p ${/^[<>]/.test(pText(p)) ? pText(p) : `= ${pText(p)}`})`;
}

/** One row per run and test set, with interval, p-value and verdict. */
export function gainTable(gains: readonly Gain[], reference: string): Table {
  const rows = gains.map((gain) => {
    const { trainedOn, testedOn, to, difference, low, high, p } = gain;
    const verdict = isGain(gain) ? 'better' : p < SIGNIFICANCE ? 'worse' : 'no clear difference';
    return [
      testedOn,
      trainedOn,
      formatNumber(to),
      signedNumber(difference),
      `${signedNumber(low)} to ${signedNumber(high)}`,
      pText(p),
      verdict,
    ];
  });
  return { columns: ['tested on', 'trained on', 'image AUROC', `minus ${reference}`, '95 % interval', 'p', 'verdict'], rows };
}

/** The gains as bars, one panel per test set. */
export function gainChart(gains: readonly Gain[], reference: string): Chart {
  const points = gains.map((gain) => ({ ...gain, dataset: `tested on ${gain.testedOn}`, label: gain.trainedOn }));
  return differenceBars(points, { reference });
}
