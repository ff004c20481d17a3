import type { Random } from '../../common/random';

/** `n` values of the standard normal distribution (Marsaglia's polar method, both values used). */
export function whiteNoise(random: Random, n: number): Float32Array {
  const out = new Float32Array(n + (n % 2));
  for (let i = 0; i < n;) {
    const a = (random.uint32() + 0.5) / 2147483648 - 1;
    const b = (random.uint32() + 0.5) / 2147483648 - 1;
    const s = a * a + b * b;
    if (s >= 1) continue;
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    out[i++] = a * scale;
    out[i++] = b * scale;
  }
  return n % 2 === 0 ? out : out.subarray(0, n);
}

/** A smooth random function of the plane, with values from about -1 to 1. */
export type Noise = (x: number, y: number) => number;

const CELLS = 32;

/**
 * Value noise: random values on a lattice with a spacing of `wavelength` (in units of the
 * coordinates), interpolated smoothly. Each further octave has half the wavelength and half the
 * strength. The noise repeats after 32 wavelengths.
 */
export function smoothNoise(random: Random, wavelength: number, octaves = 1): Noise {
  const table = new Float32Array(CELLS * CELLS);
  for (let i = 0; i < table.length; i++) table[i] = random.uint32() / 2147483648 - 1;
  const ox = random.uniform(0, CELLS);
  const oy = random.uniform(0, CELLS);
  const at = (u: number, v: number): number => {
    const iu = Math.floor(u);
    const iv = Math.floor(v);
    const fu = u - iu;
    const fv = v - iv;
    const su = fu * fu * (3 - 2 * fu);
    const sv = fv * fv * (3 - 2 * fv);
    const row = (iv & (CELLS - 1)) * CELLS;
    const next = ((iv + 1) & (CELLS - 1)) * CELLS;
    const left = iu & (CELLS - 1);
    const right = (iu + 1) & (CELLS - 1);
    const top = table[row + left] + (table[row + right] - table[row + left]) * su;
    const bottom = table[next + left] + (table[next + right] - table[next + left]) * su;
    return top + (bottom - top) * sv;
  };
  return (x, y) => {
    let sum = 0;
    let weight = 1;
    let u = x / wavelength + ox;
    let v = y / wavelength + oy;
    for (let o = 0; o < octaves; o++) {
      sum += weight * at(u, v);
      weight *= 0.5;
      u = 2 * u + 7.3;
      v = 2 * v + 3.7;
    }
    return sum;
  };
}
