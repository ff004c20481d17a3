import type { Interval } from './bootstrap';
import { betaQuantile } from './beta';

/** A threshold from scores of normal items alone. An item is reported if it scores above it. */
export interface ConformalThreshold {
  /** Items that score strictly above it are reported. */
  threshold: number;
  /** The accepted rate of false alarms, alpha. */
  falseAlarms: number;
  /** The threshold is the `rank`-th lowest of the scores, k. */
  rank: number;
  /** The number of scores, n. */
  of: number;
  /** The rate of false alarms on average over all sets of n normal items: (n + 1 - k) / (n + 1). */
  expected: number;
  /**
   * The rate of false alarms of this one threshold lies in this interval with a chance of 95 %. It
   * depends on the luck of these n items, and becomes narrow with many.
   */
  interval: Interval;
}

/**
 * The split-conformal threshold (Vovk, Gammerman and Shafer 2005; as in Angelopoulos and Bates
 * 2021, "A gentle introduction to conformal prediction", section 1): with n scores of normal items
 * it is the k-th lowest, k = ceil((n + 1)(1 - alpha)).
 *
 * The guarantee: a further normal item scores above it with a chance of at most alpha. The reason:
 * if the n + 1 items are exchangeable (any order of them is equally likely, as for independent
 * draws from one source), the rank of the further one is uniform among 1 to n + 1, and only ranks
 * above k raise an alarm. No distribution is assumed. It holds on average over the n items; for one
 * draw of them the rate varies as a beta variable with parameters n + 1 - k and k (Vovk 2012), from
 * which the interval comes. It does not hold for items from another source (another scanner,
 * another ward), nor if the items are not exchangeable: slices of one patient are alike.
 * @param scores - of normal items that the method has not seen, in any order
 * @param falseAlarms - alpha, in (0, 1)
 * @returns null if there are fewer than {@link leastForAlarms} scores: even the highest is then too
 * low
 * @throws RangeError if alpha is not in (0, 1) or a score is not finite
 */
export function conformalThreshold(scores: ArrayLike<number>, falseAlarms: number): ConformalThreshold | null {
  const n = scores.length;
  const above = alarmsAllowed(n, falseAlarms);
  if (above === 0) return null;
  const rising = Float64Array.from(scores).sort();
  if (!rising.every(Number.isFinite)) throw new RangeError('conformal threshold: every score must be a finite number');
  const k = n + 1 - above;
  return {
    threshold: rising[k - 1],
    falseAlarms,
    rank: k,
    of: n,
    expected: above / (n + 1),
    interval: [betaQuantile(0.025, above, k), betaQuantile(0.975, above, k)],
  };
}

/** The least number of normal items for a rate of false alarms: 19 for 5 %, 99 for 1 %. */
export function leastForAlarms(falseAlarms: number): number {
  let n = Math.max(1, Math.floor(1 / falseAlarms) - 2);
  while (alarmsAllowed(n, falseAlarms) === 0) n++;
  return n;
}

/** How many of n + 1 ranks may raise an alarm: floor((n + 1) alpha), whatever the last digit. */
function alarmsAllowed(n: number, falseAlarms: number): number {
  if (!(falseAlarms > 0 && falseAlarms < 1)) throw new RangeError(`conformal threshold: ${falseAlarms} is not a rate in (0, 1)`);
  return Math.floor((n + 1) * falseAlarms * (1 + 1e-12));
}

/**
 * The share of normal scores below a score, in [0, 1].
 * @param rising - scores of normal items, sorted
 */
export function shareBelow(rising: ArrayLike<number>, score: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < score) low = middle + 1;
    else high = middle;
  }
  return low / rising.length;
}

/** A share as a percentage with up to two digits: "5 %", "0.5 %". */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
