/**
 * The level of significance of differences between runs: one with a smaller p-value counts as
 * found. Of many tests, this share would find one by chance alone. Intervals of 95 % belong to it.
 */
export const SIGNIFICANCE = 0.05;

/** Whether a difference is found to be above zero. */
export function isGain({ difference, p }: { difference: number; p: number }): boolean {
  return p < SIGNIFICANCE && difference > 0;
}
