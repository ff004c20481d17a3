import type { PixelSweep } from './metric';
import { rank, totals, type Ranking } from './ranking';

/**
 * Precision against recall at every distinct score, with no point dropped, in scikit-learn's order:
 * ascending thresholds, descending recall.
 */
export interface PrCurve {
  /**
   * Share of abnormal items among those with score >= threshold; the last point, 1, has no
   * threshold.
   */
  precision: number[];
  /** Share of the abnormal items with score >= threshold; the last point is 0. */
  recall: number[];
  /** One fewer than there are points. */
  thresholds: number[];
}

/** The best F1 score over all thresholds. */
export interface F1Max {
  /** 2 TP / (2 TP + FP + FN), where positive means score >= threshold. */
  f1: number;
  /** Every distinct score that reaches it, in descending order. */
  thresholds: number[];
}

/**
 * All points of the precision-recall curve, or `null` unless both classes are present.
 * @param scores - higher means more abnormal, finite, `[N]`
 * @param labels - 0 normal, 1 abnormal, `[N]`
 */
export function prCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): PrCurve | null {
  const ranking = rank(scores, labels);
  const { abnormals, defined } = totals(ranking);
  if (!defined) return null;
  const curve: PrCurve = { precision: [1], recall: [0], thresholds: [] };
  let predicted = 0;
  let tp = 0;
  ranking.thresholds.forEach((threshold, g) => {
    predicted += ranking.normal[g] + ranking.abnormal[g];
    tp += ranking.abnormal[g];
    curve.precision.push(tp / predicted);
    curve.recall.push(tp / abnormals);
    curve.thresholds.push(threshold);
  });
  curve.precision.reverse();
  curve.recall.reverse();
  curve.thresholds.reverse();
  return curve;
}

/**
 * Average precision: the sum over thresholds of (R_n - R_(n-1)) P_n, without interpolation; `null`
 * unless both classes are present.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  return rankedAveragePrecision(rank(scores, labels));
}

/** {@link averagePrecision} for scores that are already grouped. */
export function rankedAveragePrecision(ranking: Pick<Ranking, 'normal' | 'abnormal'>): number | null {
  const sum = new PrecisionSum();
  for (let g = 0; g < ranking.normal.length; g++) sum.step(ranking.normal[g], ranking.abnormal[g]);
  return sum.value();
}

/** Sums average precision group by group, from the highest score. */
export class PrecisionSum implements PixelSweep {
  private tp = 0;
  private fp = 0;
  private sum = 0;

  /** Adds the items that have the next lower score. */
  step(normal: number, abnormal: number): void {
    this.tp += abnormal;
    this.fp += normal;
    if (abnormal > 0) this.sum += (abnormal * this.tp) / (this.tp + this.fp);
  }

  value(): number | null {
    return this.tp > 0 && this.fp > 0 ? this.sum / this.tp : null;
  }
}

/**
 * The largest F1 over thresholds at the distinct scores, and the thresholds that reach it; `null`
 * unless both classes are present.
 */
export function f1Max(scores: ArrayLike<number>, labels: ArrayLike<number>): F1Max | null {
  const ranking = rank(scores, labels);
  const best = rankedF1Max(ranking);
  return best && { f1: best.f1, thresholds: best.groups.map((g) => ranking.thresholds[g]) };
}

/** Finds the largest F1 group by group, from the highest score. */
export class BestF1 implements PixelSweep {
  private tp = 0;
  private fp = 0;
  private best = 0;

  /** @param abnormals - total number of abnormal items */
  constructor(private readonly abnormals: number) {}

  /** Adds the items that have the next lower score; F1 only rises with abnormal ones. */
  step(normal: number, abnormal: number): void {
    this.fp += normal;
    if (abnormal === 0) return;
    this.tp += abnormal;
    const f1 = (2 * this.tp) / (this.tp + this.fp + this.abnormals);
    if (f1 > this.best) this.best = f1;
  }

  value(): number | null {
    return this.tp > 0 && this.fp > 0 ? this.best : null;
  }
}

/** {@link f1Max} for scores that are already grouped. Fractions are compared in whole numbers. */
export function rankedF1Max(ranking: Pick<Ranking, 'normal' | 'abnormal'>): { f1: number; groups: number[] } | null {
  const { abnormals, defined } = totals(ranking);
  if (!defined) return null;
  let [tp, predicted, top, bottom] = [0, 0, 0, 1];
  let groups: number[] = [];
  for (let g = 0; g < ranking.normal.length; g++) {
    tp += ranking.abnormal[g];
    predicted += ranking.normal[g] + ranking.abnormal[g];
    const difference = 2 * tp * bottom - top * (predicted + abnormals);
    if (difference < 0 || predicted === 0) continue;
    if (difference > 0) {
      [top, bottom] = [2 * tp, predicted + abnormals];
      groups = [];
    }
    groups.push(g);
  }
  return { f1: top / bottom, groups };
}
