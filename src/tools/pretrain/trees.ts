import type { Random } from '../../common/random';
import { smoothStep } from './noise';

/** Raises `depth` along a tube and its forks, up to six of them one after the other. */
export function growTree(
  depth: Float32Array,
  size: number,
  { y, x, angle }: { y: number; x: number; angle: number },
  thick: number,
  random: Random,
  left = 6,
): void {
  if (left === 0 || thick < 0.4) return;
  let [py, px, turn] = [y, x, angle];
  const steps = random.integer(6, 16);
  for (let k = 0; k < steps; k++) {
    turn += random.normal(0, 0.15);
    const [ny, nx] = [py + Math.sin(turn) * 0.02 * size, px + Math.cos(turn) * 0.02 * size];
    tube(depth, size, [py, px], [ny, nx], thick);
    [py, px] = [ny, nx];
  }
  const forks = random.chance(0.7) ? 2 : 1;
  for (let f = 0; f < forks; f++) {
    const fork = { y: py, x: px, angle: turn + random.normal(0, 0.6) };
    growTree(depth, size, fork, thick * random.uniform(0.55, 0.85), random, left - 1);
  }
}

/** Raises `depth` along a short piece of a tube. */
function tube(depth: Float32Array, size: number, [y0, x0]: [number, number], [y1, x1]: [number, number], thick: number): void {
  const reach = thick + 1.5;
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(y0, y1) - reach)), Math.min(size - 1, Math.ceil(Math.max(y0, y1) + reach))];
  const [left, right] = [Math.max(0, Math.floor(Math.min(x0, x1) - reach)), Math.min(size - 1, Math.ceil(Math.max(x0, x1) + reach))];
  const [dy, dx] = [y1 - y0, x1 - x0];
  const length = dy * dy + dx * dx || 1;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const t = Math.min(1, Math.max(0, ((y - y0) * dy + (x - x0) * dx) / length));
      const [ey, ex] = [y - y0 - t * dy, x - x0 - t * dx];
      const near = smoothStep((reach - Math.sqrt(ey * ey + ex * ex)) / 1.5);
      if (near > depth[y * size + x]) depth[y * size + x] = near;
    }
  }
}
