import { gaussianBlur } from '../../image/gaussian-blur';
import { sampleMap } from './sample';

/**
 * A wide Gaussian blur (`sigma` in pixels, well above 4) of a square map, computed on every fourth
 * pixel.
 */
export function wideBlur(map: Float32Array, size: number, sigma: number): Float32Array {
  const step = 4;
  const small = Math.ceil(size / step);
  const means = new Float32Array(small * small);
  for (let y = 0; y < small; y++) {
    for (let x = 0; x < small; x++) {
      let sum = 0;
      let count = 0;
      for (let py = y * step; py < Math.min(size, (y + 1) * step); py++) {
        for (let px = x * step; px < Math.min(size, (x + 1) * step); px++, count++) sum += map[py * size + px];
      }
      means[y * small + x] = sum / count;
    }
  }
  const blurred = Float32Array.from(gaussianBlur(means, small, small, sigma / step));
  const out = new Float32Array(size * size);
  const offset = (step - 1) / 2;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) out[y * size + x] = sampleMap(blurred, small, (x - offset) / step, (y - offset) / step);
  }
  return out;
}
