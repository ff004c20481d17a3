import { UserError } from '../common/errors';

/**
 * Scores grouped by value, from which all threshold metrics are computed. Tied scores share a
 * group, so that no metric depends on the order of ties.
 */
export interface Ranking {
  /** The distinct scores, highest first, `[G]`. */
  thresholds: Float64Array;
  /** Numbers of normal (label 0) and abnormal (label 1) items with each of these scores, `[G]`. */
  normal: Float64Array;
  abnormal: Float64Array;
  /** The group of each item, `[N]`. */
  group: Int32Array;
}

/**
 * Sorts and groups scores.
 * @param scores - higher means more abnormal, `[N]`
 * @param labels - 0 normal, 1 abnormal, `[N]`
 * @throws UserError if a score is not finite, a label is neither 0 nor 1, or the lengths differ.
 */
export function rank(scores: ArrayLike<number>, labels: ArrayLike<number>): Ranking {
  const n = scores.length;
  if (labels.length !== n) throw new UserError(`metrics: ${n} scores for ${labels.length} labels`);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(scores[i])) throw new UserError(`metrics: score ${i} is ${scores[i]}, but every score must be a finite number`);
    if (labels[i] !== 0 && labels[i] !== 1) throw new UserError(`metrics: label ${i} is ${labels[i]}, expected 0 (normal) or 1 (abnormal)`);
    order[i] = i;
  }
  order.sort((a, b) => scores[b] - scores[a]);
  const group = new Int32Array(n);
  const thresholds: number[] = [];
  for (const i of order) {
    if (thresholds.length === 0 || scores[i] !== thresholds[thresholds.length - 1]) thresholds.push(scores[i] + 0); // -0 + 0 is 0
    group[i] = thresholds.length - 1;
  }
  const normal = new Float64Array(thresholds.length);
  const abnormal = new Float64Array(thresholds.length);
  for (let i = 0; i < n; i++) (labels[i] === 1 ? abnormal : normal)[group[i]]++;
  return { thresholds: Float64Array.from(thresholds), normal, abnormal, group };
}

/** Number of items in each class; metrics are defined only if there are both classes. */
export function totals(ranking: Pick<Ranking, 'normal' | 'abnormal'>): { normals: number; abnormals: number; defined: boolean } {
  const normals = ranking.normal.reduce((a, b) => a + b, 0);
  const abnormals = ranking.abnormal.reduce((a, b) => a + b, 0);
  return { normals, abnormals, defined: normals > 0 && abnormals > 0 };
}
