/**
 * The two-sample Kolmogorov-Smirnov test: the largest distance between the two distribution
 * functions, and the asymptotic probability of such a distance by chance (Kolmogorov's series;
 * conservative for samples with ties). With NaN, the samples always differ.
 */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): { distance: number; p: number } {
  if (a.some(Number.isNaN) || b.some(Number.isNaN)) return { distance: 1, p: 0 };
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let distance = 0;
  for (let i = 0, j = 0; i < x.length && j < y.length;) {
    const v = Math.min(x[i], y[j]);
    while (i < x.length && x[i] <= v) i++;
    while (j < y.length && y[j] <= v) j++;
    distance = Math.max(distance, Math.abs(i / x.length - j / y.length));
  }
  const lambda = distance * Math.sqrt((x.length * y.length) / (x.length + y.length));
  if (lambda < 0.2) return { distance, p: 1 };
  let p = 0;
  for (let k = 1; k <= 100; k++) p += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * lambda) ** 2);
  return { distance, p: Math.min(1, Math.max(0, p)) };
}
