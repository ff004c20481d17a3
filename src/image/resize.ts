import type { Raster } from './image';

const PRECISION = 22;

/**
 * Resizes an image to `width` x `height` with Pillow's BILINEAR filter, with exactly the same
 * levels: a triangle that widens when shrinking (antialiased), two passes, first along x, then
 * along y, with integer coefficients of 22 binary places, each pass rounded to 8 bits. The aspect
 * ratio is not kept. A 16-bit image is resized with the same coefficients in double precision, each
 * pass rounded to 16 bits, as Pillow does in its mode "I;16". Pillow up to 12 does the same for all
 * images; Pillow 13 swaps the passes for tall images, which changes some pixels by one level.
 */
export function resizeBilinear<T extends Raster>(image: T, width: number, height: number): T {
  return resizeBy(TRIANGLE, image, width, height);
}

/** The same with Pillow's BICUBIC filter: Keys' kernel with a = -0.5, results clamped to the levels. */
export function resizeBicubic<T extends Raster>(image: T, width: number, height: number): T {
  return resizeBy(CUBIC, image, width, height);
}

/** A filter: its reach when an image keeps its size, and its value at a distance. */
interface Filter {
  reach: number;
  at(distance: number): number;
}

const TRIANGLE: Filter = { reach: 1, at: (distance) => Math.max(0, 1 - Math.abs(distance)) };
const CUBIC: Filter = {
  reach: 2,
  at(distance) {
    const a = -0.5;
    const x = Math.abs(distance);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  },
};

function resizeBy<T extends Raster>(filter: Filter, image: T, width: number, height: number): T {
  checkSize(width, height);
  const c = image.channels;
  let { data }: { data: Uint8Array | Uint16Array } = image;
  if (width !== image.width) {
    data = pass(filter, data, c, {
      lines: image.height,
      from: image.width,
      to: width,
      lineIn: image.width * c,
      stepIn: c,
      lineOut: width * c,
      stepOut: c,
    });
  }
  if (height !== image.height) {
    data = pass(filter, data, c, {
      lines: width,
      from: image.height,
      to: height,
      lineIn: c,
      stepIn: width * c,
      lineOut: c,
      stepOut: width * c,
    });
  }
  if (data === image.data) data = data.slice();
  return { ...image, width, height, data };
}

/** Along which axis a pass goes, and how values lie there. */
interface Axis {
  /** Lines of pixels, each resized by itself. */
  lines: number;
  /** Pixels of a line before and after. */
  from: number;
  to: number;
  /** How many values after the line before it a line starts, and a pixel after its neighbour. */
  lineIn: number;
  stepIn: number;
  lineOut: number;
  stepOut: number;
}

/** One pass along one axis. */
function pass(filter: Filter, data: Uint8Array | Uint16Array, channels: number, axis: Axis): Uint8Array | Uint16Array {
  const { lines, from, to, lineIn, stepIn, lineOut, stepOut } = axis;
  const deep = data instanceof Uint16Array;
  const out = deep ? new Uint16Array(lines * to * channels) : new Uint8Array(lines * to * channels);
  for (let x = 0; x < to; x++) {
    const { first, shares } = coefficients(filter, from, to, x);
    const weights = deep ? shares : shares.map((share) => Math.trunc(Math.sign(share) * 0.5 + share * (1 << PRECISION)));
    const half = deep ? 0.5 : 1 << (PRECISION - 1);
    for (let line = 0; line < lines; line++) {
      const source = line * lineIn + first * stepIn;
      const target = line * lineOut + x * stepOut;
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let k = 0, at = source + c; k < weights.length; k++, at += stepIn) sum += data[at] * weights[k];
        out[target + c] = deep ? Math.max(0, Math.min(65535, sum)) : Math.max(0, Math.min(255, sum >> PRECISION));
      }
    }
  }
  return out;
}

/** The source pixels of output pixel `x` and their weights, which sum to 1. */
function coefficients(filter: Filter, from: number, to: number, x: number): { first: number; shares: Float64Array } {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = filter.reach * stretch;
  const center = (x + 0.5) * scale;
  const first = Math.max(0, Math.trunc(center - support + 0.5));
  const last = Math.min(from, Math.trunc(center + support + 0.5));
  const raw: number[] = [];
  let total = 0;
  for (let i = first; i < last; i++) {
    const w = filter.at((i - center + 0.5) * (1 / stretch));
    raw.push(w);
    total += w;
  }
  return { first, shares: Float64Array.from(raw, (w) => w / total) };
}

/** Resizes with Pillow's NEAREST: the source pixel under the centre of each output pixel. */
export function resizeNearest<T extends Raster>(image: T, width: number, height: number): T {
  checkSize(width, height);
  const { channels, data } = image;
  const columns = nearest(image.width, width);
  const rows = nearest(image.height, height);
  const out = data instanceof Uint16Array ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const source = (row * image.width + column) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[source + c];
    }
  }
  return { ...image, width, height, data: out };
}

/**
 * Source positions along one axis; positions are summed step by step as in Pillow, since the
 * rounding matters.
 */
function nearest(from: number, to: number): Int32Array {
  const step = from / to;
  const out = new Int32Array(to);
  for (let i = 0, at = step * 0.5; i < to; i++, at += step) out[i] = Math.min(from - 1, Math.trunc(at));
  return out;
}

function checkSize(width: number, height: number): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`resize to ${width} x ${height}: both must be whole numbers above 0`);
  }
}
