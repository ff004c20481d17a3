/**
 * The median, the mean of the two middle values if there is an even number of them; NaN if there
 * are none. The order of the values does not matter.
 */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
