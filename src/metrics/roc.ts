import type { PixelSweep } from './metric';
import { rank, totals, type Ranking } from './ranking';

/** The receiver operating characteristic: a point for every distinct score, nothing dropped, after (0, 0). */
export interface RocCurve {
  /** Share of the normal items with score >= threshold, rising from 0 to 1. */
  fpr: number[];
  /** Share of the abnormal items with score >= threshold. */
  tpr: number[];
  /** Falling; the first is `null` (infinity): nothing is called abnormal. */
  thresholds: (number | null)[];
}

/**
 * All points of the ROC curve, or `null` if only one class (or nothing) is there.
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
 * Area under the ROC curve: the probability that an abnormal item scores higher than a normal one, ties counting half.
 * `null` if only one class (or nothing) is there.
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  return rankedAuroc(rank(scores, labels));
}

/** {@link auroc} of scores that are grouped already. */
export function rankedAuroc(ranking: Pick<Ranking, 'normal' | 'abnormal'>): number | null {
  const area = new RocArea();
  for (let g = 0; g < ranking.normal.length; g++) area.step(ranking.normal[g], ranking.abnormal[g]);
  return area.value();
}

/** Sums the area group by group, highest scores first; in counts, so that it is exact up to 2^52 pairs. */
export class RocArea implements PixelSweep {
  private tp = 0;
  private fp = 0;
  private pairs = 0;

  /** Adds the items that share the next lower score. */
  step(normal: number, abnormal: number): void {
    this.pairs += normal * (this.tp + abnormal / 2);
    this.tp += abnormal;
    this.fp += normal;
  }

  value(): number | null {
    return this.tp > 0 && this.fp > 0 ? this.pairs / (this.tp * this.fp) : null;
  }
}
