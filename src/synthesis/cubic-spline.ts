import { reflect } from '../image/gaussian-blur';

/** The pole of the inverse filter of the cubic B-spline. */
const POLE = Math.sqrt(3) - 2;
/** POLE to this power is below 1e-20, so more distant terms change no digit. */
const HORIZON = 36;

/**
 * How a spline continues beyond its array: `mirror` about the centre of the last pixel
 * (d c b | a b c d | c b a), `reflect` about its outer side (c b a | a b c d | d c b).
 */
export type SplineBoundary = 'mirror' | 'reflect';

/** A cubic spline through all pixels of an array, for sampling between them. */
export interface CubicSpline {
  height: number;
  width: number;
  /** B-spline coefficients, `[height, width]`. */
  coefficients: Float64Array;
}

/**
 * The cubic B-spline that passes through every pixel (Unser 1999, recursive prefilter with gain 6).
 * Equal to `scipy.ndimage.spline_filter` of order 3.
 * @param data - `[height, width]`; not changed
 */
export function cubicSpline(data: ArrayLike<number>, height: number, width: number, boundary: SplineBoundary): CubicSpline {
  const c = new Float64Array(data);
  // eight rows at a time: their recursions are independent of each other
  for (let row = 0; width > 1 && row < height; row += 8) {
    filterLines(c, row * width, 1, width, width, Math.min(8, height - row), boundary);
  }
  if (height > 1) filterLines(c, 0, width, height, 1, width, boundary);
  return { height, width, coefficients: c };
}

/**
 * Filters `lines` neighbouring lines (`lineStep` apart) of `n` elements (`step` apart) at once, so
 * that columns are processed row by row.
 */
function filterLines(
  c: Float64Array,
  start: number,
  step: number,
  n: number,
  lineStep: number,
  lines: number,
  boundary: SplineBoundary,
): void {
  const end = start + (n - 1) * step;
  for (let line = 0; line < lines; line++) {
    const first = start + line * lineStep;
    let sum = 0;
    let power = 1;
    for (let k = 0; k <= HORIZON; k++) {
      // to the left of the first element are elements 1, 2, ... if mirrored, and 0, 1, ... if
      // reflected
      sum += power * c[first + fold(boundary === 'mirror' || k === 0 ? k : k - 1, n, boundary) * step];
      power *= POLE;
    }
    c[first] = 6 * sum;
  }
  for (let at = start + step; at <= end; at += step) {
    for (let i = at, stop = at + lines * lineStep; i < stop; i += lineStep) c[i] = 6 * c[i] + POLE * c[i - step];
  }
  for (let i = end, stop = end + lines * lineStep; i < stop; i += lineStep) {
    c[i] *= boundary === 'reflect' ? POLE / (POLE - 1) : POLE / (POLE * POLE - 1);
    if (boundary === 'mirror') c[i] += (POLE * POLE * c[i - step]) / (POLE * POLE - 1);
  }
  for (let at = end - step; at >= start; at -= step) {
    for (let i = at, stop = at + lines * lineStep; i < stop; i += lineStep) c[i] = POLE * (c[i + step] - c[i]);
  }
}

/** The index in `[0, n)` that stands for an index beyond the array. */
function fold(index: number, n: number, boundary: SplineBoundary): number {
  if (index >= 0 && index < n) return index;
  if (boundary === 'reflect') return reflect(index, n);
  if (n === 1) return 0;
  const period = 2 * n - 2;
  const i = ((index % period) + period) % period;
  return i < n ? i : period - i;
}

/**
 * The values of a spline at points, in pixels from the centre of the first pixel. For points up to
 * half a pixel outside, the spline is mirrored.
 * @param points - y and x of each point in turn; many at once, because passing single numbers
 *   between functions costs memory
 * @returns one value per point
 */
export function sampleSpline(spline: CubicSpline, points: Float64Array): Float64Array {
  const { height, width, coefficients: c } = spline;
  const out = new Float64Array(points.length / 2);
  for (let k = 0; k < out.length; k++) {
    const y = points[2 * k];
    const x = points[2 * k + 1];
    const y0 = Math.floor(y);
    const x0 = Math.floor(x);
    const ty = y - y0;
    const tx = x - x0;
    const sx = 1 - tx;
    const w0 = (sx * sx * sx) / 6;
    const w1 = (tx * tx * (tx - 2) * 3 + 4) / 6;
    const w2 = (sx * sx * (sx - 2) * 3 + 4) / 6;
    const w3 = 1 - w0 - w1 - w2;
    const sy = 1 - ty;
    const v0 = (sy * sy * sy) / 6;
    const v1 = (ty * ty * (ty - 2) * 3 + 4) / 6;
    const v2 = (sy * sy * (sy - 2) * 3 + 4) / 6;
    const v3 = 1 - v0 - v1 - v2;
    if (y0 >= 1 && x0 >= 1 && y0 + 2 < height && x0 + 2 < width) {
      const a = (y0 - 1) * width + x0 - 1;
      const b = a + width;
      const d = b + width;
      const e = d + width;
      out[k] =
        v0 * (w0 * c[a] + w1 * c[a + 1] + w2 * c[a + 2] + w3 * c[a + 3]) +
        v1 * (w0 * c[b] + w1 * c[b + 1] + w2 * c[b + 2] + w3 * c[b + 3]) +
        v2 * (w0 * c[d] + w1 * c[d + 1] + w2 * c[d + 2] + w3 * c[d + 3]) +
        v3 * (w0 * c[e] + w1 * c[e + 1] + w2 * c[e + 2] + w3 * c[e + 3]);
      continue;
    }
    const v = [v0, v1, v2, v3];
    const w = [w0, w1, w2, w3];
    for (let j = 0; j < 4; j++) {
      const row = fold(y0 - 1 + j, height, 'mirror') * width;
      for (let i = 0; i < 4; i++) out[k] += v[j] * w[i] * c[row + fold(x0 - 1 + i, width, 'mirror')];
    }
  }
  return out;
}

/**
 * An array padded with copies of its edge pixels on every side.
 * @returns `[height + 2 pad, width + 2 pad]`
 */
export function padWithEdge(data: ArrayLike<number>, height: number, width: number, pad: number): Float64Array {
  const wide = width + 2 * pad;
  const out = new Float64Array((height + 2 * pad) * wide);
  for (let y = 0, i = 0; y < height + 2 * pad; y++) {
    const row = Math.min(height - 1, Math.max(0, y - pad)) * width;
    for (let x = 0; x < wide; x++, i++) out[i] = data[row + Math.min(width - 1, Math.max(0, x - pad))];
  }
  return out;
}
