import type { Random } from '../../common/random';

/** A square picture in floating point, row-major `[size, size]`. */
export interface Field {
  size: number;
  data: Float32Array;
}

/** A field whose pixels are `value` of their row and column. */
export function field(size: number, value: (y: number, x: number) => number): Field {
  const data = new Float32Array(size * size);
  for (let y = 0, i = 0; y < size; y++) for (let x = 0; x < size; x++, i++) data[i] = value(y, x);
  return { size, data };
}

/**
 * Value noise: random values on a lattice, smoothly interpolated, summed over octaves of doubled
 * frequency. Mean 0, standard deviation about 1.
 * @param cells - lattice cells along a side in the first octave
 * @param persistence - amplitude of an octave relative to the previous one
 */
export function valueNoise(size: number, cells: number, octaves: number, persistence: number, random: Random): Field {
  const out = new Float32Array(size * size);
  let amplitude = 1;
  let power = 0;
  for (let octave = 0, n = Math.min(cells, size); octave < octaves && n <= size; octave++, n *= 2) {
    addLattice(out, size, n, amplitude, random);
    power += amplitude * amplitude;
    amplitude *= persistence;
  }
  const scale = 1 / (0.68 * Math.sqrt(power));
  for (let i = 0; i < out.length; i++) out[i] *= scale;
  return { size, data: out };
}

function addLattice(out: Float32Array, size: number, cells: number, amplitude: number, random: Random): void {
  const side = Math.ceil(cells) + 2;
  const lattice = Float32Array.from({ length: side * side }, () => random.normal(0, amplitude));
  const shift = [random.uniform(), random.uniform()];
  const column = new Int32Array(size);
  const share = new Float32Array(size);
  for (let x = 0; x < size; x++) {
    const at = (x / size) * cells + shift[1];
    column[x] = Math.floor(at);
    share[x] = smoothStep(at - column[x]);
  }
  for (let y = 0; y < size; y++) {
    const at = (y / size) * cells + shift[0];
    const top = Math.floor(at) * side;
    const down = smoothStep(at - Math.floor(at));
    for (let x = 0; x < size; x++) {
      const i = top + column[x];
      const upper = lattice[i] + (lattice[i + 1] - lattice[i]) * share[x];
      const lower = lattice[i + side] + (lattice[i + side + 1] - lattice[i + side]) * share[x];
      out[y * size + x] += upper + (lower - upper) * down;
    }
  }
}

/** 0 to 1 with flat ends: 3 t² - 2 t³, clamped at the ends. */
export function smoothStep(t: number): number {
  const u = t < 0 ? 0 : t > 1 ? 1 : t;
  return u * u * (3 - 2 * u);
}

/** The value of a field between pixels: bilinear, with repeated edges. */
export function sample({ size, data }: Field, y: number, x: number): number {
  const yy = y < 0 ? 0 : y > size - 1.001 ? size - 1.001 : y;
  const xx = x < 0 ? 0 : x > size - 1.001 ? size - 1.001 : x;
  const [top, left] = [Math.floor(yy), Math.floor(xx)];
  const [dy, dx] = [yy - top, xx - left];
  const i = top * size + left;
  return (data[i] * (1 - dx) + data[i + 1] * dx) * (1 - dy) + (data[i + size] * (1 - dx) + data[i + size + 1] * dx) * dy;
}

/**
 * The mean over a square of side 2 r + 1 around each pixel, applied twice: a blur with a triangular
 * profile.
 */
export function blur(input: Field, radius: number): Field {
  const r = Math.round(radius);
  if (r < 1) return { size: input.size, data: input.data.slice() };
  return boxBlur(boxBlur(input, r), r);
}

function boxBlur({ size, data }: Field, r: number): Field {
  const rows = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  const scale = 1 / (2 * r + 1);
  const last = size - 1;
  for (let start = 0; start < data.length; start += size) {
    let sum = (r + 1) * data[start];
    for (let x = 1; x <= r; x++) sum += data[start + Math.min(last, x)];
    for (let x = 0; x < size; x++) {
      rows[start + x] = sum * scale;
      sum += data[start + Math.min(last, x + r + 1)] - data[start + Math.max(0, x - r)];
    }
  }
  // all columns of a row at once, in the order of memory
  const sums = new Float64Array(size);
  for (let y = -r; y <= r; y++) addRow(sums, rows, Math.min(last, Math.max(0, y)) * size, 1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) out[y * size + x] = sums[x] * scale;
    addRow(sums, rows, Math.min(last, y + r + 1) * size, 1);
    addRow(sums, rows, Math.max(0, y - r) * size, -1);
  }
  return { size, data: out };
}

function addRow(sums: Float64Array, from: Float32Array, start: number, sign: 1 | -1): void {
  for (let x = 0; x < sums.length; x++) sums[x] += sign * from[start + x];
}
