import type { Random } from '../common/random';
import { extent, type Canvas } from './canvas';
import { distanceTransform } from './distance-transform';
import type { SynthesisParameters } from './parameters';
import type { Corner, Shape } from './shape';

/**
 * Makes the shape brighter or darker by offset + Gamma, rising linearly from 0 at its edge over a random border, at
 * most over the shape's largest depth. The result is clipped to the image's own range and truncated to grey levels.
 */
export function smoothIntensity(
  canvas: Canvas,
  shape: Shape,
  corner: Corner,
  parameters: SynthesisParameters['smoothIntensity'],
  random: Random,
): void {
  const depth = distanceTransform(shape.mask, shape.height, shape.width);
  const side = Math.min(canvas.height, canvas.width);
  const border = side * (parameters.borderOffset + random.gamma(parameters.borderShape, parameters.borderScale));
  const size = parameters.offset + random.gamma(parameters.shape, parameters.scale);
  const change = (random.chance(0.5) ? size : -size) * canvas.unit;
  const rise = Math.min(border, extent(depth).max);
  const { min, max } = extent(canvas.data);
  for (let i = 0, k = 0; i < shape.height; i++) {
    const row = (corner.y + i) * canvas.width + corner.x;
    for (let j = 0; j < shape.width; j++, k++) {
      if (shape.mask[k] === 0) continue;
      const value = canvas.data[row + j] + change * (depth[k] < rise ? depth[k] / rise : 1);
      canvas.data[row + j] = Math.floor(Math.min(max, Math.max(min, value)));
    }
  }
}
