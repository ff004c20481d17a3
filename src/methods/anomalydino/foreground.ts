/** Share of each side of the grid that lies outside its central part. */
const BORDER = 0.2;
/** Least share of the central part that a foreground covers. */
const CENTRE = 0.35;
const ITERATIONS = 1000;

/**
 * The patches of one image that show the object, by the first principal component of its tokens
 * (Damm et al. 2025, section 3.3; masking of the published code). The foreground is where the
 * component lies above the threshold. If it covers at most 35 % of the central part of the image,
 * the component points the other way and is negated. Then the mask is dilated and closed with a
 * square of 3 x 3 patches.
 *
 * A mask without any patch says nothing about the image; then all patches count.
 * @param tokens - `[g g, C]`, row by row
 * @returns 1 for the foreground, `[g g]`
 */
export function foreground(tokens: Float32Array, grid: number, threshold: number): Uint8Array {
  const component = firstComponent(tokens, grid * grid);
  let mask = Uint8Array.from(component, (value) => (value > threshold ? 1 : 0));
  if (!coversCentre(mask, grid)) mask = Uint8Array.from(component, (value) => (-value > threshold ? 1 : 0));
  mask = dilated(mask, grid);
  mask = eroded(dilated(mask, grid), grid); // closed
  return mask.includes(1) ? mask : mask.fill(1);
}

function coversCentre(mask: Uint8Array, grid: number): boolean {
  const [from, to] = [Math.floor(grid * BORDER), Math.floor(grid * (1 - BORDER))];
  let covered = 0;
  for (let y = from; y < to; y++) for (let x = from; x < to; x++) covered += mask[y * grid + x];
  return covered > CENTRE * (to - from) ** 2;
}

/**
 * Scores of rows `[n, C]` on their first principal component, by power iteration. Its largest
 * weight is positive, as in scikit-learn.
 */
export function firstComponent(rows: Float32Array, n: number): Float64Array {
  const c = rows.length / n;
  const centred = Float64Array.from(rows);
  for (let k = 0; k < c; k++) {
    let mean = 0;
    for (let i = k; i < centred.length; i += c) mean += centred[i] / n;
    for (let i = k; i < centred.length; i += c) centred[i] -= mean;
  }
  let direction = new Float64Array(c).fill(1 / Math.sqrt(c));
  let scores = project(centred, direction, n);
  if (scores.every((value) => value === 0)) {
    direction = longestRow(centred, n);
    scores = project(centred, direction, n);
  }
  for (let i = 0; i < ITERATIONS; i++) {
    const next = new Float64Array(c);
    for (let row = 0, at = 0; row < n; row++) for (let k = 0; k < c; k++, at++) next[k] += scores[row] * centred[at];
    const length = Math.hypot(...next);
    if (length === 0) return scores; // all rows are equal
    let change = 0;
    for (let k = 0; k < c; k++) {
      next[k] /= length;
      change = Math.max(change, Math.abs(next[k] - direction[k]));
    }
    direction = next;
    scores = project(centred, direction, n);
    if (change < 1e-7) break;
  }
  const largest = direction.reduce((best, weight) => (Math.abs(weight) > Math.abs(best) ? weight : best), 0);
  return largest < 0 ? scores.map((value) => -value) : scores;
}

function project(rows: Float64Array, direction: Float64Array, n: number): Float64Array {
  const c = direction.length;
  return Float64Array.from({ length: n }, (_, row) => {
    let sum = 0;
    for (let k = 0, at = row * c; k < c; k++, at++) sum += rows[at] * direction[k];
    return sum;
  });
}

function longestRow(rows: Float64Array, n: number): Float64Array {
  const c = rows.length / n;
  const lengths = Array.from({ length: n }, (_, i) => Math.hypot(...rows.subarray(i * c, (i + 1) * c)));
  const longest = lengths.indexOf(Math.max(...lengths));
  return rows.slice(longest * c, (longest + 1) * c).map((value) => value / (lengths[longest] || 1));
}

const dilated = (mask: Uint8Array, grid: number): Uint8Array => overSquares(mask, grid, (a, b) => a | b);
const eroded = (mask: Uint8Array, grid: number): Uint8Array => overSquares(mask, grid, (a, b) => a & b);

/** Joins the values of each 3 x 3 square; outside the grid there is nothing to join. */
function overSquares(mask: Uint8Array, grid: number, join: (a: number, b: number) => number): Uint8Array {
  return mask.map((value, i) => {
    const [y, x] = [Math.floor(i / grid), i % grid];
    let all = value;
    for (let v = Math.max(0, y - 1); v <= Math.min(grid - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(grid - 1, x + 1); u++) all = join(all, mask[v * grid + u]);
    }
    return all;
  });
}
