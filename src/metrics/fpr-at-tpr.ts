import { rank, totals, type Ranking } from './ranking';

/**
 * The smallest false positive rate among the ROC points (one per distinct score, without
 * interpolation) whose true positive rate is at least `tpr`; `null` unless both classes are
 * present.
 * @param tpr - in (0, 1], default 0.95
 */
export function fprAtTpr(scores: ArrayLike<number>, labels: ArrayLike<number>, tpr = 0.95): number | null {
  return rankedFprAtTpr(rank(scores, labels), tpr);
}

/** {@link fprAtTpr} for scores that are already grouped. */
export function rankedFprAtTpr(ranking: Pick<Ranking, 'normal' | 'abnormal'>, tpr = 0.95): number | null {
  if (!(tpr > 0 && tpr <= 1)) throw new RangeError(`fprAtTpr: ${tpr} is not in (0, 1]`);
  const { normals, abnormals, defined } = totals(ranking);
  if (!defined) return null;
  let fp = 0;
  let tp = 0;
  for (let g = 0; g < ranking.normal.length; g++) {
    fp += ranking.normal[g];
    tp += ranking.abnormal[g];
    if (tp / abnormals >= tpr) break;
  }
  return fp / normals;
}
