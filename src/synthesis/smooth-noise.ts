import type { Random } from '../common/random';
import { reflect } from '../image/gaussian-blur';

/** Standard deviations at which the Gaussian is truncated. */
const REACH = 4;

/**
 * White noise blurred with a Gaussian and reflected at the border, up to its scale: values at a
 * distance of d pixels correlate as exp(-d^2 / (4 sigma^2)). The published code blurs random signs.
 * So many of them are added up that the sums are normally distributed, as they are here. The
 * blurred noise has no detail finer than sigma, so it is generated on a grid with one node per
 * sigma (or slightly finer) instead of on every pixel. The correlation keeps its form to within
 * exp(-pi^2) = 5e-5.
 * @param sigma - in pixels, > 0
 * @returns `[height, width]`, mean 0
 */
export function smoothNoise(height: number, width: number, sigma: number, random: Random): Float64Array {
  const rows = nodesAround(height, sigma);
  const columns = nodesAround(width, sigma);
  const wide = new Float64Array(rows.count * width);
  const line = new Float64Array(columns.count + 2 * columns.taps);
  const sources = Int32Array.from(line, (_, i) => reflect(i - columns.taps, columns.count));
  for (let row = 0; row < wide.length; row += width) {
    const nodes = Float64Array.from({ length: columns.count }, () => random.normal());
    for (let i = 0; i < line.length; i++) line[i] = nodes[sources[i]];
    for (let x = 0, w = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0, at = columns.first[x] + columns.taps; k < columns.taps; k++) sum += columns.weights[w++] * line[at++];
      wide[row + x] = sum;
    }
  }
  const out = new Float64Array(height * width);
  const nodeRow = (row: number): Float64Array => wide.subarray(reflect(row, rows.count) * width);
  for (let y = 0, w = 0; y < height; y++) {
    const own = out.subarray(y * width, (y + 1) * width);
    for (let k = 0; k < rows.taps; k += 3, w += 3) {
      // three at a time, for a third of the memory traffic on the sums
      const first = rows.first[y] + k;
      const [a, b, c] = [nodeRow(first), nodeRow(first + 1), nodeRow(first + 2)];
      const [u, v, t] = [rows.weights[w], rows.weights[w + 1], rows.weights[w + 2]];
      for (let x = 0; x < width; x++) own[x] += u * a[x] + v * b[x] + t * c[x];
    }
  }
  return out;
}

interface Nodes {
  /** Number of nodes along the axis, at the centres of equal parts. */
  count: number;
  /** Number of nodes that contribute to a pixel: a multiple of 3. */
  taps: number;
  /** The first of these nodes for each pixel; -1, -2 ... are mirrored at the border. */
  first: Int32Array;
  /** `[pixels, taps]`. */
  weights: Float64Array;
}

function nodesAround(pixels: number, sigma: number): Nodes {
  const count = Math.ceil(pixels / sigma);
  const spacing = pixels / count;
  const taps = 3 * Math.ceil((Math.floor((2 * REACH * sigma) / spacing) + 1) / 3);
  const first = new Int32Array(pixels);
  const weights = new Float64Array(pixels * taps);
  for (let i = 0; i < pixels; i++) {
    const place = (i + 0.5) / spacing - 0.5;
    first[i] = Math.ceil(place - (REACH * sigma) / spacing);
    for (let k = 0; k < taps; k++) weights[i * taps + k] = Math.exp(-0.5 * (((first[i] + k - place) * spacing) / sigma) ** 2);
  }
  return { count, taps, first, weights };
}
