import type { PixelGrid } from './pixel-grid';

/** A point on a tube's axis with the tube's radius, mm. */
export interface TubePoint {
  x: number;
  y: number;
  r: number;
}

/**
 * Visits the pixels within `reach` mm of a tube (a polyline whose radius changes along its length).
 * `visit` gets the pixel's index, its distance from the tube's surface (mm, negative inside), and
 * the radius and the relative position along the tube (0 to 1) at the nearest point.
 */
export function traceTube(
  grid: PixelGrid,
  tube: readonly TubePoint[],
  reach: number,
  visit: (index: number, gap: number, radius: number, along: number) => void,
): void {
  const points = tube.map(({ x, y, r }) => [...grid.toPixel(x, y), r / grid.mm]);
  const far = reach / grid.mm;
  const margin = far + Math.max(...points.map((p) => p[2]));
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  const box = grid.clip(Math.min(...xs) - margin, Math.min(...ys) - margin, Math.max(...xs) + margin, Math.max(...ys) + margin);
  const width = box.right - box.left + 1;
  const height = box.bottom - box.top + 1;
  if (width <= 0 || height <= 0) return;
  const gaps = new Float32Array(width * height).fill(Infinity);
  const alongs = new Float32Array(width * height);
  const pieces = points.length - 1;
  for (let s = 0; s < pieces; s++) {
    const [ax, ay, ar] = points[s];
    const [bx, by, br] = points[s + 1];
    const dx = bx - ax;
    const dy = by - ay;
    const inverse = 1 / Math.max(1e-12, dx * dx + dy * dy);
    const m = far + Math.max(ar, br);
    const near = grid.clip(Math.min(ax, bx) - m, Math.min(ay, by) - m, Math.max(ax, bx) + m, Math.max(ay, by) + m);
    for (let py = near.top; py <= near.bottom; py++) {
      for (let px = near.left; px <= near.right; px++) {
        const raw = ((px - ax) * dx + (py - ay) * dy) * inverse;
        const t = raw < 0 ? 0 : raw > 1 ? 1 : raw;
        const ex = px - ax - t * dx;
        const ey = py - ay - t * dy;
        const gap = Math.sqrt(ex * ex + ey * ey) - (ar + (br - ar) * t);
        const i = (py - box.top) * width + px - box.left;
        if (gap < gaps[i]) {
          gaps[i] = gap;
          alongs[i] = s + t;
        }
      }
    }
  }
  for (let i = 0; i < gaps.length; i++) {
    if (gaps[i] > far) continue;
    const s = Math.min(pieces - 1, Math.floor(alongs[i]));
    const t = alongs[i] - s;
    const radius = (points[s][2] + (points[s + 1][2] - points[s][2]) * t) * grid.mm;
    const row = Math.floor(i / width);
    visit((row + box.top) * grid.size + box.left + i - row * width, gaps[i] * grid.mm, radius, alongs[i] / pieces);
  }
}

/**
 * Lowers the values of `field` to the distance (mm, negative inside) from the tube, where that is
 * less than the value and at most `reach`.
 */
export function uniteTube(grid: PixelGrid, tube: readonly TubePoint[], reach: number, field: Float32Array): void {
  traceTube(grid, tube, reach, (i, gap) => {
    if (gap < field[i]) field[i] = gap;
  });
}
