import type { Random } from '../../common/random';
import type { PixelGrid } from '../physics/pixel-grid';
import { clamp01, coverage, halfChord, mix } from '../physics/soft';
import { traceTube, type TubePoint } from '../physics/tube';
import { diaphragm, spineX, wall, type Thorax } from './thorax';

/**
 * Random ribs, clavicles, shoulder blades, arms and spine.
 * @returns the path length through bone for every pixel, mm of dense bone
 */
export function randomBones(random: Random, t: Thorax, grid: PixelGrid): Float32Array {
  const bone = new Float32Array(grid.size * grid.size);
  const density = random.uniform(0.75, 1.15) * (1 - 0.003 * Math.max(0, t.age - 50));
  const hollow = (tube: TubePoint[], shell: number, weight: number): void =>
    traceTube(grid, tube, 1.2, (i, gap, r) => {
      const d = gap + r;
      const inner = r - shell;
      const path = 2 * (halfChord(r, d) - (d < inner ? halfChord(inner, d) : 0));
      bone[i] += density * weight * (path + 0.25 * halfChord(r, d));
    });
  const spacing = (t.base - t.apex) / 10.6;
  const steep = random.uniform(0.8, 1.2);
  const thick = random.uniform(0.85, 1.15);
  for (const side of [-1, 1]) {
    for (let n = 0; n < 10; n++) {
      const y0 = t.apex + 6 + spacing * n + random.normal(0, 1);
      hollow(rib(t, side, n, y0, steep * random.uniform(0.93, 1.07), thick), 1.7, n === 0 ? 0.7 : 1);
    }
    const lift = random.normal(0, 5);
    const y = t.apex + 24 + random.normal(0, 3);
    hollow(
      [
        { x: side * 13, y: y + 6, r: 8 },
        { x: side * 38, y: y - 3, r: 6 },
        { x: side * 75, y: y - 4 + 0.3 * lift, r: 5.5 },
        { x: side * 112, y: y - 13 + lift, r: 6 },
        { x: side * 146, y: y - 16 + lift, r: 7 },
      ],
      1.9,
      0.9,
    );
    blade(t, side, grid, bone, random.uniform(1.2, 2.6) * density, random.normal(0, 6));
    hollow(
      [
        { x: side * (t.halfWidth + t.flesh + 22), y: t.apex + 30 + lift, r: 21 },
        { x: side * (t.halfWidth + t.flesh + 30), y: t.apex + 58 + lift, r: 13 },
        { x: side * (t.halfWidth + t.flesh + 58), y: t.base + 60, r: 11 },
      ],
      3,
      0.8,
    );
  }
  spine(random, t, grid, bone, density);
  return bone;
}

/**
 * A rib: from the spine outwards at the back, around the side, and down and inwards at the front,
 * where it becomes cartilage.
 */
function rib(t: Thorax, side: number, n: number, y0: number, steep: number, thick: number): TubePoint[] {
  const drop = (n === 0 ? 16 : 30 + 1.8 * n) * steep;
  const y1 = y0 + drop;
  const reach = Math.min(wall(t, y1) + 4, n === 0 ? 74 : 1e3);
  const front = Math.max(1, 44 + 3 * n) * steep;
  const end = mix(reach, n < 2 ? 34 : 52 + 4 * n, 0.9);
  const middle = spineX(t, y0);
  const points: TubePoint[] = [];
  for (let i = 0; i <= 12; i++) {
    const a = (i / 12) * (Math.PI / 2);
    points.push({ x: middle + side * mix(17, reach, Math.sin(a)), y: y0 - 5 * Math.sin(2 * a) + drop * (1 - Math.cos(a)), r: 6.2 * thick });
  }
  if (n > 8) return points;
  for (let i = 1; i <= 10; i++) {
    const a = (i / 10) * (Math.PI / 2);
    points.push({ x: side * mix(reach, end, 1 - Math.cos(a)), y: y1 + front * Math.sin(a), r: mix(5.8, 7, i / 10) * thick });
  }
  return points.filter((p) => p.y < diaphragm(t, 0) + 60);
}

function blade(t: Thorax, side: number, grid: PixelGrid, bone: Float32Array, weight: number, shift: number): void {
  const top = t.apex + 30;
  const inner = t.halfWidth - 22 + shift;
  grid.forEachNear(side * (inner + 30), top + 55, 80, (i, x, y) => {
    const u = side * x - inner;
    const v = (y - top) / 112;
    if (v < 0 || v > 1) return;
    const left = u - 14 * v * v;
    const right = 50 * (1 - v) + 14 - u;
    const inside = Math.min(left, right);
    if (inside <= -2) return;
    const edge = clamp01(1 - Math.abs(inside - 2.5) / 3.5);
    bone[i] += weight * (0.6 * coverage(inside, 3) + 1.7 * edge);
  });
}

function spine(random: Random, t: Thorax, grid: PixelGrid, bone: Float32Array, density: number): void {
  const height = random.normal(23.5, 1);
  const phase = random.uniform(0, height);
  grid.forEach((i, x, y) => {
    const u = Math.abs(x - spineX(t, y));
    if (u > 34) return;
    const at = (((y + phase) % height) + height) % height;
    const disc = clamp01(1 - Math.abs(at - height / 2) / 2.6);
    const waist = 17.5 + 2 * Math.cos((2 * Math.PI * (at - height / 2)) / height);
    const body = coverage(waist - u, 3) * (3.4 - 1.7 * disc + 1.6 * clamp01(1 - Math.abs(Math.abs(at - height / 2) - 4) / 2));
    const pedicle = Math.sqrt((u - 11) * (u - 11) + (at - 4) * (at - 4));
    const process = Math.sqrt(u * u * 2 + (at - 6) * (at - 6) * 0.4);
    const transverse = coverage(30 - u, 4) * clamp01(1 - Math.abs(at - 5) / 4.5);
    bone[i] += density * (body + 2.2 * clamp01(1.3 - Math.abs(pedicle - 3.5) / 2) + 2.6 * clamp01(1.4 - process / 4) + 1.2 * transverse);
  });
}
