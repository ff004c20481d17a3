import { mean } from '../../common/averages';
import { kolmogorovSmirnov } from '../../metrics/kolmogorov-smirnov';
import type { Check } from './check';

/**
 * Compares two samples of one measure. Passes if the means differ by at most 4 sd sqrt(1/n + 1/m),
 * where sd is that of the reference, and the p-value of the Kolmogorov-Smirnov test is at least
 * `level`. If one sample is undefined throughout, the other must be too.
 * @param stated - mean and sd that were published with the reference (default: computed)
 */
export function checkColumn(
  name: string,
  ours: readonly (number | null)[],
  reference: readonly (number | null)[],
  level: number,
  stated?: { mean: number; sd: number },
): Check {
  const theirs = numbers(reference);
  const digits = decimals(theirs);
  const mine = numbers(ours).map((v) => (digits < 15 ? Number(v.toFixed(digits)) : v));
  if (theirs.length === 0 || mine.length === 0) {
    const ok = theirs.length === mine.length;
    return { name, maxAbs: ok ? 0 : Infinity, maxRel: ok ? 0 : Infinity, tolerance: 'undefined in both', ok };
  }
  const { mean, sd } = stated ?? meanAndSd(theirs);
  const difference = Math.abs(meanAndSd(mine).mean - mean);
  const bound = 4 * sd * Math.sqrt(1 / mine.length + 1 / theirs.length);
  // the reference may be rounded, so its mean may be off by that much although the measure is right
  const slack = stated && digits < 15 ? 0.5 * 10 ** -digits : 0;
  const { distance, p } = kolmogorovSmirnov(mine, theirs);
  return {
    name,
    maxAbs: difference,
    maxRel: mean === 0 ? difference : difference / Math.abs(mean),
    tolerance: `means within ${format(bound)} (4 sd), KS p >= ${format(level)}`,
    ok: difference <= bound + slack && p >= level,
    note: `KS ${distance.toFixed(3)}, p ${format(p)}; ${mine.length} draws`,
  };
}

/**
 * Compares two proportions of draws: within 4 standard deviations of their difference, from the
 * pooled proportion.
 */
export function checkShare(name: string, ours: number, n: number, reference: number, m: number): Check {
  const pooled = (ours * n + reference * m) / (n + m);
  const bound = 4 * Math.sqrt(Math.max(0, pooled * (1 - pooled)) * (1 / n + 1 / m));
  const difference = Math.abs(ours - reference);
  return {
    name,
    maxAbs: difference,
    maxRel: reference === 0 ? difference : difference / reference,
    tolerance: `shares within ${format(bound)} (4 sd)`,
    ok: difference <= bound,
    note: `${n} draws`,
  };
}

function numbers(values: readonly (number | null)[]): number[] {
  return values.filter((v): v is number => v !== null);
}

/** The number of decimals with which numbers are written: those of a file may be rounded. */
function decimals(values: number[]): number {
  let most = 0;
  for (const v of values) {
    const [mantissa, exponent = '0'] = String(v).split('e');
    most = Math.max(most, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent));
  }
  return most;
}

function meanAndSd(values: number[]): { mean: number; sd: number } {
  const centre = mean(values);
  const squares = values.reduce((sum, v) => sum + (v - centre) ** 2, 0);
  return { mean: centre, sd: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

function format(value: number): string {
  return String(Number(value.toPrecision(2)));
}
