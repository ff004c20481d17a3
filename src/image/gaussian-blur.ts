/**
 * The weights of a sampled Gaussian, cut off at 4 standard deviations and summing to 1.
 * @returns the middle weight and the weights to one side of it
 */
export function gaussianWeights(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const weights = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp((-0.5 * k * k) / (sigma * sigma)));
  const sum = 2 * weights.reduce((a, b) => a + b, 0) - weights[0];
  return weights.map((w) => w / sum);
}

/**
 * Gaussian blur of an array, continued beyond its border by reflection (c b a | a b c d | d c b).
 * Equal to `scipy.ndimage.gaussian_filter` with its defaults.
 * @param data - `[height, width]`; not changed
 * @param sigma - standard deviation in pixels, > 0
 */
export function gaussianBlur(data: ArrayLike<number>, height: number, width: number, sigma: number): Float64Array {
  const weights = gaussianWeights(sigma);
  return blurRows(blurColumns(new Float64Array(data), height, width, weights), height, width, weights);
}

function blurColumns(data: Float64Array, height: number, width: number, weights: Float64Array): Float64Array {
  const out = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) out[row + x] = weights[0] * data[row + x];
    for (let k = 1; k < weights.length; k += 2) {
      const w = weights[k];
      const above = reflect(y - k, height) * width;
      const below = reflect(y + k, height) * width;
      // two weights at a time halve the memory traffic of the sums; after the last weight the
      // second is 0
      const w2 = k + 1 < weights.length ? weights[k + 1] : 0;
      const above2 = reflect(y - k - 1, height) * width;
      const below2 = reflect(y + k + 1, height) * width;
      for (let x = 0; x < width; x++) {
        out[row + x] += w * (data[above + x] + data[below + x]) + w2 * (data[above2 + x] + data[below2 + x]);
      }
    }
  }
  return out;
}

function blurRows(data: Float64Array, height: number, width: number, weights: Float64Array): Float64Array {
  const radius = weights.length - 1;
  const out = new Float64Array(height * width);
  const line = new Float64Array(width + 2 * radius);
  const sources = new Int32Array(line.length).map((_, i) => reflect(i - radius, width));
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let i = 0; i < line.length; i++) line[i] = data[row + sources[i]];
    let x = 0;
    for (; x + 4 <= width; x += 4) {
      // four at a time, so that their sums do not wait for each other
      const centre = x + radius;
      let a = weights[0] * line[centre];
      let b = weights[0] * line[centre + 1];
      let c = weights[0] * line[centre + 2];
      let d = weights[0] * line[centre + 3];
      for (let k = 1, left = centre - 1, right = centre + 1; k <= radius; k++, left--, right++) {
        const w = weights[k];
        a += w * (line[left] + line[right]);
        b += w * (line[left + 1] + line[right + 1]);
        c += w * (line[left + 2] + line[right + 2]);
        d += w * (line[left + 3] + line[right + 3]);
      }
      out[row + x] = a;
      out[row + x + 1] = b;
      out[row + x + 2] = c;
      out[row + x + 3] = d;
    }
    for (; x < width; x++) {
      const centre = x + radius;
      let sum = weights[0] * line[centre];
      for (let k = 1; k <= radius; k++) sum += weights[k] * (line[centre - k] + line[centre + k]);
      out[row + x] = sum;
    }
  }
  return out;
}

/**
 * Maps an index outside [0, n) into it by reflection about the outer side of the last pixel (c b a
 * | a b c d | d c b).
 */
export function reflect(index: number, n: number): number {
  const period = 2 * n;
  const i = ((index % period) + period) % period;
  return i < n ? i : period - 1 - i;
}
