import type { PixelSweep } from './metric';
import { rank, totals, type Ranking } from './ranking';

/** The receiver operating characteristic: (0, 0), then one point for every distinct score. */
export interface RocCurve {
  /** Share of the normal items with score >= threshold, rising from 0 to 1. */
  fpr: number[];
  /** Share of the abnormal items with score >= threshold. */
  tpr: number[];
  /**
   * In descending order; the first is `null` (infinity), above which nothing is called abnormal.
   */
  thresholds: (number | null)[];
}

/**
 * All points of the ROC curve, or `null` unless both classes are present.
 * @param scores - higher means more abnormal, finite, `[N]`
 * @param labels - 0 normal, 1 abnormal, `[N]`
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocCurve | null {
  const ranking = rank(scores, labels);
  const { normals, abnormals, defined } = totals(ranking);
  if (!defined) return null;
  const curve: RocCurve = { fpr: [0], tpr: [0], thresholds: [null] };
  let fp = 0;
  let tp = 0;
  ranking.thresholds.forEach((threshold, g) => {
    fp += ranking.normal[g];
    tp += ranking.abnormal[g];
    curve.fpr.push(fp / normals);
    curve.tpr.push(tp / abnormals);
    curve.thresholds.push(threshold);
  });
  return curve;
}

/**
 * Area under the ROC curve: the probability that an abnormal item scores higher than a normal one,
 * with ties counting half; `null` unless both classes are present.
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  return rankedAuroc(rank(scores, labels));
}

/** {@link auroc} for scores that are already grouped. */
export function rankedAuroc(ranking: Pick<Ranking, 'normal' | 'abnormal'>): number | null {
  const area = new RocArea();
  for (let g = 0; g < ranking.normal.length; g++) area.step(ranking.normal[g], ranking.abnormal[g]);
  return area.value();
}

/**
 * Sums the area group by group, from the highest score, in counts: it is exact up to 2^52 pairs.
 */
export class RocArea implements PixelSweep {
  private tp = 0;
  private fp = 0;
  private pairs = 0;

  /** Adds the items that have the next lower score. */
  step(normal: number, abnormal: number): void {
    this.pairs += normal * (this.tp + abnormal / 2);
    this.tp += abnormal;
    this.fp += normal;
  }

  value(): number | null {
    return this.tp > 0 && this.fp > 0 ? this.pairs / (this.tp * this.fp) : null;
  }
}
