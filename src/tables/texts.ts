import { formatNumber, signedNumber } from '../drawing/style';
import type { PairedTest } from '../metrics/paired-bootstrap';

/** "0.713 ± 0.020 (3)": a mean with its standard deviation and the number of seeds. */
export function meanText({ mean, sd, n }: { mean: number; sd: number | null; n: number }): string {
  return `${formatNumber(mean)}${sd === null ? '' : ` ± ${formatNumber(sd)}`} (${n})`;
}

/** A difference with its interval. */
export function differenceText({ difference, low, high }: PairedTest): string {
  return `${signedNumber(difference)} [${signedNumber(low)}, ${signedNumber(high)}]`;
}

/** A p-value with three decimals. */
export function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
