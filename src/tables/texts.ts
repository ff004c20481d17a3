import { formatNumber } from '../drawing/style';
import type { PairedTest } from '../metrics/paired-bootstrap';

/** A value in per cent, with one decimal. */
export function percent(value: number): string {
  return formatNumber(100 * value, 1);
}

/** "71.3 ± 2.0 (3)": a mean with its standard deviation and the number of seeds, in per cent. */
export function meanText({ mean, sd, n }: { mean: number; sd: number | null; n: number }): string {
  return `${percent(mean)}${sd === null ? '' : ` ± ${percent(sd)}`} (${n})`;
}

/** A difference in percentage points, with its interval. */
export function differenceText({ difference, low, high }: PairedTest): string {
  const signed = (value: number): string => (value > 0 ? `+${percent(value)}` : percent(value));
  return `${signed(difference)} [${signed(low)}, ${signed(high)}]`;
}

/** A p-value with three decimals. */
export function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
