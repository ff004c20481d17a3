import type { Random } from '../common/random';
import type { SynthesisParameters } from './parameters';
import { countInside, sideBounds, type OutlinedShape } from './shape';

/**
 * A sheared and rotated rectangle or ellipse. Its sides are a random share of the image's, clipped to the limits; if
 * its box comes out larger than the limits allow, it is shrunk as a whole.
 * @param limits - the sides as shares of the image's
 */
export function simpleShape(
  imageHeight: number,
  imageWidth: number,
  limits: { minimum: number; maximum: number },
  parameters: SynthesisParameters['simpleShape'],
  random: Random,
): OutlinedShape {
  const ellipse = random.chance(parameters.ellipseProbability);
  const side = (size: number): { length: number; hi: number } => {
    const { lo, hi } = sideBounds(size, limits);
    const share = parameters.sideOffset + random.gamma(parameters.sideShape, parameters.sideScale);
    return { length: Math.floor(Math.min(hi, Math.max(lo, share * size))), hi: Math.min(hi, size - 2) };
  };
  const rows = side(imageHeight);
  const columns = side(imageWidth);
  const shearY = random.normal(0, parameters.shearSd);
  const shearX = random.normal(0, parameters.shearSd);
  const angle = (random.uniform(-parameters.rotation, parameters.rotation) * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  // rotation times shear, mapping the upright shape (y, x) to the image
  let [yy, yx, xy, xx] = [cos - sin * shearX, cos * shearY - sin, sin + cos * shearX, sin * shearY + cos];
  const reachY = (rows.length - 1) / 2;
  const reachX = (columns.length - 1) / 2;
  const half = (): [number, number] => [
    Math.ceil(Math.abs(yy) * reachY + Math.abs(yx) * reachX),
    Math.ceil(Math.abs(xy) * reachY + Math.abs(xx) * reachX),
  ];
  let [halfHeight, halfWidth] = half();
  const excess = Math.max((2 * halfHeight + 1) / rows.hi, (2 * halfWidth + 1) / columns.hi);
  if (excess > 1) {
    [yy, yx, xy, xx] = [yy / excess, yx / excess, xy / excess, xx / excess];
    [halfHeight, halfWidth] = half();
  }
  const determinant = yy * xx - yx * xy;
  const inverse: Inverse = [xx / determinant, -yx / determinant, -xy / determinant, yy / determinant];
  const [height, width] = [2 * halfHeight + 1, 2 * halfWidth + 1];
  const semiY = rows.length / 2;
  const semiX = columns.length / 2;
  const mask = fillMask(height, width, inverse, semiY, semiX, ellipse);
  const edgeDistance = (y: number, x: number, dy: number, dx: number): number => {
    const [oy, ox] = [y - halfHeight, x - halfWidth];
    const [a, b, c, d] = inverse;
    const exit = ellipse ? exitEllipse : exitRectangle;
    return exit(a * oy + b * ox, c * oy + d * ox, a * dy + b * dx, c * dy + d * dx, semiY, semiX);
  };
  return { height, width, mask, fill: countInside(mask) / mask.length, edgeDistance };
}

/** The matrix [a b; c d] from image to upright shape, rows first. */
type Inverse = readonly [number, number, number, number];

function fillMask(height: number, width: number, [a, b, c, d]: Inverse, semiY: number, semiX: number, ellipse: boolean): Uint8Array {
  const mask = new Uint8Array(height * width);
  const cy = (height - 1) / 2;
  const cx = (width - 1) / 2;
  for (let i = 0, k = 0; i < height; i++) {
    for (let j = 0; j < width; j++, k++) {
      const y = (a * (i - cy) + b * (j - cx)) / semiY;
      const x = (c * (i - cy) + d * (j - cx)) / semiX;
      if (ellipse ? y * y + x * x <= 1 : Math.abs(y) <= 1 && Math.abs(x) <= 1) mask[k] = 1;
    }
  }
  return mask;
}

/** How far along (dy, dx) from (y, x) a centred rectangle with the given half sides is left. */
function exitRectangle(y: number, x: number, dy: number, dx: number, semiY: number, semiX: number): number {
  const alongY = dy === 0 ? Infinity : ((dy > 0 ? semiY : -semiY) - y) / dy;
  const alongX = dx === 0 ? Infinity : ((dx > 0 ? semiX : -semiX) - x) / dx;
  return Math.max(0, Math.min(alongY, alongX));
}

/** The same for an ellipse: the larger root of a quadratic equation. */
function exitEllipse(y: number, x: number, dy: number, dx: number, semiY: number, semiX: number): number {
  const [py, px, qy, qx] = [y / semiY, x / semiX, dy / semiY, dx / semiX];
  const a = qy * qy + qx * qx;
  const b = py * qy + px * qx;
  const c = py * py + px * px - 1;
  return Math.max(0, (-b + Math.sqrt(Math.max(0, b * b - a * c))) / a);
}
