import type { Random } from '../../common/random';

/**
 * A subset of points such that no point is far from it (PatchCore, Roth et al. 2022, equation 5 and
 * algorithm 1; minimax facility location by greedy choice). The first point is sampled; each next
 * one is the point farthest from those chosen so far. The time is at most proportional to
 * n · count · d.
 * @param points - `[n, d]`, row-major
 * @param count - how many to choose, at most n
 * @returns their indices, in the order of choice
 */
export function greedyCoreset(points: Float32Array, n: number, d: number, count: number, random: Random): Int32Array {
  const chosen = new Int32Array(Math.min(count, n));
  const nearest = new Float64Array(n).fill(Infinity);
  let next = random.integer(0, n);
  for (let i = 0; i < chosen.length; i++) {
    chosen[i] = next;
    const from = next * d;
    let farthest = -1;
    for (let p = 0, at = 0; p < n; p++, at += d) {
      let sum = 0;
      // the sum stops as soon as the point cannot be the nearest
      for (let k = 0; k < d && sum < nearest[p]; k++) {
        const difference = points[at + k] - points[from + k];
        sum += difference * difference;
      }
      if (sum < nearest[p]) nearest[p] = sum;
      if (nearest[p] > farthest) {
        farthest = nearest[p];
        next = p;
      }
    }
  }
  return chosen;
}
