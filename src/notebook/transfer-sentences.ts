import { mean } from '../common/averages';
import { formatNumber, signedNumber } from '../drawing/style';
import { isGain, SIGNIFICANCE } from '../metrics/significance';
import { cellOf, ratesAt, type TransferMatrix } from '../runs/transfer';
import type { ThresholdPanel } from '../plots/threshold-chart';
import type { Gain } from './gains';

/**
 * Which runs are above zero-shot CLIP on a data set that they were not trained on, and which are
 * not, in one sentence, with image AUROC and difference. Markdown, bold.
 * @param gains - over zero-shot CLIP
 */
export function transferSentence(gains: readonly Gain[]): string {
  const away = gains.filter(({ trainedOn, testedOn }) => trainedOn !== testedOn);
  if (away.length === 0) return '**There is no pair of different data sets to compare.**';
  const named = (some: readonly Gain[]): string =>
    some
      .map(({ trainedOn, testedOn, difference, to, aboveGuessing }) => {
        return `${trainedOn} → ${testedOn} (${formatNumber(to)}, ${signedNumber(difference)}${aboveGuessing ? '' : ', no better than guessing'})`;
      })
      .join(', ');
  const [found, failed] = [away.filter(isGain), away.filter((gain) => !isGain(gain))];
  const parts = [...(found.length > 0 ? [named(found)] : []), ...(failed.length > 0 ? [`not in ${named(failed)}`] : [])];
  return `**Away from home, runs are above zero-shot CLIP in image AUROC with p < .05 in ${found.length} of ${away.length} pairs: ${parts.join('; ')}.**`;
}

/** How many of a number of tests would find a difference by chance alone. */
export function chanceSentence(tests: number): string {
  return `Of ${tests} such tests, about ${formatNumber(SIGNIFICANCE * tests, 1)} would find a difference by chance alone.`;
}

/**
 * The mean image AUROC at home, away from home, and of the rows without training, in one sentence.
 * @param untrained - names of the rows without training
 */
export function meansSentence(matrix: TransferMatrix, untrained: readonly string[]): string {
  const sets = matrix.datasets.map(({ name }) => name);
  const trained = matrix.rows.filter((row) => !untrained.includes(row));
  const meanOf = (pairs: readonly (readonly [string, string])[]): string => {
    const values = pairs.flatMap(([run, set]) => cellOf(matrix, run, set).metrics.imageAuroc ?? []);
    return values.length === 0 ? 'undefined' : formatNumber(mean(values));
  };
  const pairs = trained.flatMap((run) => sets.map((set) => [run, set] as const));
  const home = meanOf(pairs.filter(([run, set]) => run === set));
  const away = meanOf(pairs.filter(([run, set]) => run !== set));
  const levels = untrained.map((row) => `${meanOf(sets.map((set) => [row, set] as const))} for "${row}"`);
  return `Mean image AUROC: ${[`${home} at home`, `${away} away from home`, ...levels].join(', ')}.`;
}

/** What thresholds from home lead to elsewhere, in one sentence: the lowest and the highest rates. */
export function awaySentence(panels: readonly ThresholdPanel[]): string {
  const away = panels
    .filter(({ trainedOn, testedOn }) => trainedOn !== testedOn)
    .map(({ trainedOn, testedOn, scores, labels, threshold }) => {
      const cell = { scores: Float32Array.from(scores), labels: Uint8Array.from(labels) };
      return { pair: `${trainedOn} → ${testedOn}`, ...ratesAt(cell, threshold) };
    });
  if (away.length === 0) return 'No threshold was used away from home.';
  const percent = (share: number): string => `${formatNumber(100 * share, 0)} %`;
  const range = (rate: 'falsePositiveRate' | 'truePositiveRate'): string => {
    const rising = away.filter((one) => Number.isFinite(one[rate])).sort((a, b) => a[rate] - b[rate]);
    if (rising.length === 0) return 'undefined';
    const [low, high] = [rising[0], rising[rising.length - 1]];
    return `from ${percent(low[rate])} (${low.pair}) to ${percent(high[rate])} (${high.pair})`;
  };
  return `Away from home, false alarms range ${range('falsePositiveRate')}, and what is found ${range('truePositiveRate')}.`;
}
