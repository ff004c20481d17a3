import type { Random } from '../../common/random';
import type { PixelGrid } from '../physics/pixel-grid';
import { smoothNoise } from '../physics/noise';
import { coverage, smoothstep } from '../physics/soft';
import { uniteTube } from '../physics/tube';
import { randomBones } from './bones';
import { bodyPath, diaphragm, randomThorax, heartPath, lungPath, spineX, type Thorax } from './thorax';
import { randomVessels } from './vessels';

/** A patient's chest as path lengths of the rays, mm, one value per pixel. */
export interface ChestAnatomy {
  thorax: Thorax;
  /** Soft tissue, without that of the lungs. */
  tissue: Float32Array;
  /** Lung: air and fine tissue. */
  lung: Float32Array;
  /** Vessels in the lungs. */
  vessels: Float32Array;
  bone: Float32Array;
  /** Share of tissue and blood in the lung, in addition to the vessels. */
  lungDensity: number;
}

/** The chest of a random patient. */
export function randomChest(random: Random, grid: PixelGrid): ChestAnatomy {
  const thorax = randomThorax(random);
  const n = grid.size * grid.size;
  const tissue = new Float32Array(n);
  const lung = new Float32Array(n);
  const bone = randomBones(random, thorax, grid);
  const vessels = randomVessels(random, grid);
  const uneven = smoothNoise(random, 26, 3);
  const airway = new Float32Array(n).fill(9);
  const carina = -32;
  uniteTube(
    grid,
    [0, 1, 2, 3, 4].map((i) => ({ x: spineX(thorax, -160 + 32 * i) + 2, y: -160 + 32 * i, r: 8 })),
    4,
    airway,
  );
  for (const side of [-1, 1]) {
    uniteTube(
      grid,
      [
        { x: 2, y: carina, r: 6.5 },
        { x: side * 20, y: carina + (side < 0 ? 20 : 14), r: 5.5 },
        { x: side * 36, y: carina + 30, r: 4 },
      ],
      4,
      airway,
    );
  }
  grid.forEach((i, x, y) => {
    const body = bodyPath(thorax, x, y);
    if (body === 0) {
      bone[i] = 0;
      return;
    }
    const air = lungPath(thorax, x, y);
    const open = Math.max(0, air - 0.92 * heartPath(thorax, x, y));
    lung[i] = Math.min(open, 0.94 * body) * (1 + 0.03 * uneven(x, y));
    const windpipe = 15 * coverage(-airway[i], 5);
    tissue[i] = Math.max(0, body * (1 + 0.025 * uneven(y, x)) - lung[i] - windpipe - stomachGas(thorax, x, y));
    vessels[i] *= smoothstep(4, 40, lung[i]) * 1.6;
  });
  return { thorax, tissue, lung, vessels, bone, lungDensity: random.uniform(0.2, 0.32) };
}

/**
 * A gas bubble under the left dome, with a horizontal fluid level below it because the patient
 * stands.
 */
function stomachGas(t: Thorax, x: number, y: number): number {
  if (t.gas === 0) return 0;
  const cx = 0.48 * t.halfWidth;
  const top = diaphragm(t, cx) + 7;
  const u = (x - cx) / (22 + 0.25 * t.gas);
  const v = (y - top - 15) / 15;
  const inside = 1 - u * u - v * v;
  return inside <= 0 ? 0 : t.gas * Math.sqrt(inside) * smoothstep(top + 25, top + 22, y);
}
