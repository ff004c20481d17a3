import { formatNumber } from '../drawing/style';
import { isGain } from '../metrics/significance';
import type { Metrics } from '../runs/evaluate';
import type { Scored } from '../runs/findings';
import { gainText, type Gain } from './gains';

/**
 * The result of a few-shot run in one sentence: what it adds to zero-shot CLIP, with the interval.
 * Markdown, bold.
 */
export function resultSentence(gain: Gain | undefined, shots: number, before: Metrics, after: Metrics): string {
  const images = shots === 1 ? 'one normal image' : `${shots} normal images`;
  if (!gain) return '**The test set has one class only: there is no AUROC to compare.**';
  const verdict = isGain(gain) ? 'more than' : gain.high < 0 ? 'less than' : 'not clearly apart from';
  const guessing = gain.aboveGuessing ? '' : ' (no better than guessing)';
  const maps =
    before.pixelAupro === null || after.pixelAupro === null
      ? ''
      : `; AUPRO is ${formatNumber(after.pixelAupro)} instead of ${formatNumber(before.pixelAupro)}`;
  return `**Trained on ${images}, the model reaches an image AUROC of ${formatNumber(gain.to)}${guessing}, ${verdict} the ${formatNumber(gain.from)} of zero-shot CLIP: ${gainText(gain)}${maps}.**`;
}

/** What a threshold does, in one sentence. */
export function thresholdSentence(findings: readonly Scored[], threshold: number): string {
  const reached = (label: 0 | 1): string => {
    const own = findings.filter((one) => one.label === label);
    return `${own.filter(({ score }) => score >= threshold).length} of ${own.length}`;
  };
  return `At or above the dashed line are ${reached(1)} abnormal and ${reached(0)} normal images.`;
}

/** In how many abnormal images the highest pixel of the map lies in the true region, in one sentence. */
export function peakSentence(findings: readonly { label: 0 | 1; map: ArrayLike<number>; mask: Uint8Array | null }[]): string {
  const outlined = findings.filter(({ label, mask }) => label === 1 && mask?.some((v) => v > 0));
  if (outlined.length === 0) return 'The data set has no masks: where the anomalies are is not known.';
  const inside = outlined.filter(({ map, mask }) => {
    const highest = Array.from(map).reduce((best, value, i) => (value > map[best] ? i : best), 0);
    return (mask as Uint8Array)[highest] > 0;
  });
  return `In ${inside.length} of ${outlined.length} abnormal images, the brightest pixel lies inside the outline.`;
}
