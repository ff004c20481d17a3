/**
 * A square image turned about its centre, counter-clockwise: bilinear between pixels, mirrored
 * beyond the border without repeating the outermost pixels (OpenCV's `BORDER_DEFAULT`). A quarter
 * turn moves pixels exactly; the published code turns about a point half a pixel away from the
 * centre.
 * @param planes - one or more channels, `[C, S, S]`
 * @param degrees - of the turn
 */
export function rotated(planes: Float32Array, size: number, degrees: number): Float32Array {
  const out = new Float32Array(planes.length);
  const [cos, sin] = exactTurn(degrees);
  const centre = (size - 1) / 2;
  const area = size * size;
  for (let y = 0, to = 0; y < size; y++) {
    for (let x = 0; x < size; x++, to++) {
      const [dx, dy] = [x - centre, y - centre];
      // rows count downwards, so a counter-clockwise turn takes (x, y) from here
      const [fromX, fromY] = [centre + cos * dx - sin * dy, centre + sin * dx + cos * dy];
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, down] = [fromX - left, fromY - top];
      const [x0, x1] = [mirrored(left, size), mirrored(left + 1, size)];
      const [y0, y1] = [mirrored(top, size) * size, mirrored(top + 1, size) * size];
      for (let at = 0; at < planes.length; at += area) {
        const above = planes[at + y0 + x0] * (1 - right) + planes[at + y0 + x1] * right;
        const below = planes[at + y1 + x0] * (1 - right) + planes[at + y1 + x1] * right;
        out[at + to] = above * (1 - down) + below * down;
      }
    }
  }
  return out;
}

/** Cosine and sine of an angle in degrees, without rounding at quarter turns. */
function exactTurn(degrees: number): [number, number] {
  const quarter = (((degrees / 90) % 4) + 4) % 4;
  if (Number.isInteger(quarter))
    return (
      [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ] as const
    )[quarter] as [number, number];
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

function mirrored(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const at = ((index % period) + period) % period;
  return at < size ? at : period - at;
}
