/**
 * For every pixel of the shape, its exact Euclidean distance to the nearest pixel outside of the
 * shape; 0 outside (the lower envelope of parabolas, Felzenszwalb and Huttenlocher 2012). The
 * border of the array does not count as an edge of the shape. Equal to
 * `scipy.ndimage.distance_transform_edt`.
 * @param mask - `[height, width]`, 0 outside
 * @returns `[height, width]`; all Infinity if nothing is outside
 */
export function distanceTransform(mask: ArrayLike<number>, height: number, width: number): Float64Array {
  const out = new Float64Array(height * width);
  for (let x = 0; x < width; x++) {
    let run = Infinity;
    for (let i = x; i < out.length; i += width) out[i] = run = mask[i] === 0 ? 0 : run + 1;
    run = Infinity;
    for (let i = out.length - width + x; i >= 0; i -= width) {
      run = mask[i] === 0 ? 0 : run + 1;
      if (run < out[i]) out[i] = run;
    }
  }
  const line = new Float64Array(width);
  const vertex = new Int32Array(width);
  const from = new Float64Array(width + 1);
  for (let row = 0; row < out.length; row += width) envelope(out, row, width, line, vertex, from);
  return out;
}

/** Replaces the vertical distances d of a row by sqrt(min over x' of (x - x')^2 + d(x')^2). */
function envelope(out: Float64Array, row: number, width: number, line: Float64Array, vertex: Int32Array, from: Float64Array): void {
  let top = -1;
  for (let x = 0; x < width; x++) {
    const d = out[row + x];
    line[x] = d * d;
    if (d === Infinity) continue;
    let start = -Infinity;
    while (top >= 0) {
      const v = vertex[top];
      start = (line[x] + x * x - line[v] - v * v) / (2 * (x - v));
      if (start > from[top]) break;
      top--;
      start = -Infinity;
    }
    vertex[++top] = x;
    from[top] = start;
  }
  if (top < 0) return;
  from[top + 1] = Infinity;
  for (let x = 0, k = 0; x < width; x++) {
    while (from[k + 1] < x) k++;
    const dx = x - vertex[k];
    out[row + x] = Math.sqrt(dx * dx + line[vertex[k]]);
  }
}
