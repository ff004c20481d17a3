import { f1Max } from '../metrics/precision-recall';
import { rocCurve } from '../metrics/roc';
import type { Calibration } from '../runs/calibration';

/** A threshold with a reason: images at or above it are called abnormal. */
export interface SuggestedThreshold {
  name: string;
  /** The rule by which it is best, or where it comes from. */
  reason: string;
  value: number;
  /** Only images above it are called abnormal. */
  strictly?: true;
}

/** The stored threshold of a run, which was set without the labels of these images. */
export function calibratedThreshold({ image, from, falseAlarms }: Calibration): SuggestedThreshold {
  const alarms = `${Number((100 * falseAlarms).toPrecision(3))} % false alarms`;
  return {
    name: `calibrated, ${alarms}`,
    reason: `set by ${from} for ${alarms}, without these images`,
    value: image.threshold,
    strictly: true,
  };
}

/**
 * Thresholds that are each best by some rule on these very images. The first is the default. All
 * use the labels, so they describe one test set and are optimistic for any other. Of equally good
 * thresholds, the highest is taken.
 * @returns an empty list if there is only one class
 */
export function suggestedThresholds(scores: ArrayLike<number>, labels: ArrayLike<number>): SuggestedThreshold[] {
  const best = f1Max(scores, labels);
  const roc = rocCurve(scores, labels);
  if (!best || !roc) return [];
  const points = roc.tpr.map((tpr, i) => ({ tpr, fpr: roc.fpr[i], threshold: roc.thresholds[i] })).slice(1);
  const youden = Math.max(...points.map(({ tpr, fpr }) => tpr - fpr));
  const at = (holds: (point: { tpr: number; fpr: number }) => boolean): number => points.find(holds)?.threshold as number;
  return [
    { name: 'best F1', reason: 'the largest F1, the harmonic mean of precision and sensitivity', value: best.thresholds[0] },
    {
      name: 'Youden',
      reason: 'the largest sensitivity + specificity − 1 (Youden 1950)',
      value: at(({ tpr, fpr }) => tpr - fpr === youden),
    },
    { name: '95 % found', reason: 'the highest threshold that finds 95 % of the abnormal images', value: at(({ tpr }) => tpr >= 0.95) },
  ];
}
