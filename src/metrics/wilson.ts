import type { Interval } from './bootstrap';

/** A share that was counted, with its interval. */
export interface Proportion {
  /** Null if there is nothing to count. */
  value: number | null;
  hits: number;
  of: number;
  /** The 95 % interval of Wilson; null if there is nothing to count. */
  interval: Interval | null;
}

/** The 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * A share with the 95 % score interval of Wilson (1927). Unlike "value plus or minus two standard
 * errors" it stays within [0, 1] and is right even for 0 of 10 or 10 of 10 (Brown, Cai and DasGupta
 * 2001). It assumes independent items.
 * @param hits - the number that count, of `of`
 */
export function proportion(hits: number, of: number): Proportion {
  if (of === 0) return { value: null, hits, of, interval: null };
  const p = hits / of;
  const square = Z ** 2 / of;
  const middle = (p + square / 2) / (1 + square);
  const half = (Z / (1 + square)) * Math.sqrt((p * (1 - p)) / of + square / (4 * of));
  return { value: p, hits, of, interval: [hits === 0 ? 0 : middle - half, hits === of ? 1 : middle + half] };
}
