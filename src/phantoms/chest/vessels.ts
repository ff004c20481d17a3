import type { Random } from '../../common/random';
import type { PixelGrid } from '../physics/pixel-grid';
import { halfChord } from '../physics/soft';
import { traceTube, type TubePoint } from '../physics/tube';

/**
 * Grows the vessels of both lungs outwards from the hila.
 * @returns the path length through blood for every pixel, mm
 */
export function randomVessels(random: Random, grid: PixelGrid): Float32Array {
  const blood = new Float32Array(grid.size * grid.size);
  const fullness = random.uniform(0.85, 1.2);
  const grow = (x: number, y: number, angle: number, r: number, length: number): void => {
    const points: TubePoint[] = [];
    const thin = 0.85;
    let turn = angle;
    for (let i = 0; i <= 3; i++) {
      points.push({ x, y, r: r * (1 - ((1 - thin) * i) / 3) });
      turn += random.normal(0, 0.13);
      x += (length / 3) * Math.cos(turn);
      y += (length / 3) * Math.sin(turn);
    }
    traceTube(grid, points, 0.8, (i, gap, radius) => {
      blood[i] = Math.max(blood[i], 2 * halfChord(radius + 0.4, Math.max(0, gap + radius)));
    });
    const last = points[3];
    if (r < 0.8) return;
    const split = random.uniform(0.25, 0.6);
    const share = random.uniform(0.62, 0.86);
    grow(last.x, last.y, turn - split * (1.4 - share), r * share, length * random.uniform(0.75, 0.95));
    grow(last.x, last.y, turn + split * (0.5 + share * 0.6), r * (1.38 - share), length * random.uniform(0.7, 0.95));
  };
  for (const side of [-1, 1]) {
    const x = side * 32 + random.normal(0, 2);
    const y = (side < 0 ? -10 : -17) + random.normal(0, 4);
    const roots = [-1.15, -0.65, -0.15, 0.3, 0.75, 1.15].map((a) => a + random.normal(0, 0.12));
    for (const angle of roots) {
      grow(x, y + 8 * Math.sign(angle), side > 0 ? angle : Math.PI - angle, fullness * random.uniform(4.2, 6.6), random.uniform(20, 30));
    }
  }
  return blood;
}
