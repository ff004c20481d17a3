import type { Random } from '../../common/random';
import { smoothNoise, type Noise } from '../physics/noise';
import { clamp01, coverage, mix, smoothstep } from '../physics/soft';

/** The acoustic properties of a place in the breast. */
export interface Acoustic {
  /** Strength of the scatterers, dB. */
  echo: number;
  /** Loss that the device does not compensate, dB per mm; negative for a gain. */
  loss: number;
}

/**
 * The layers under a probe, from the skin to the chest muscle; x along the probe, z is the depth,
 * mm.
 */
export interface BreastLayers {
  age: number;
  /** Share of gland in the fat, 0 to 1; lower in older women. */
  density: number;
  /** Lower borders of skin, fat under the skin, gland, and the fat behind it. */
  skin: number;
  fat: (x: number) => number;
  gland: (x: number) => number;
  deepFat: (x: number) => number;
  at: (x: number, z: number) => Acoustic;
}

/** Random layers of a patient in a frame of `width` x `depth` mm. */
export function randomLayers(random: Random, width: number, depth: number): BreastLayers {
  const age = Math.round(random.uniform(20, 80));
  const density = clamp01(random.uniform(0.35, 1.1) - 0.006 * (age - 25));
  const skin = random.uniform(1.3, 2.4);
  const border = (share: number, waves: number): ((x: number) => number) => {
    const wave = smoothNoise(random, random.uniform(9, 22), 2);
    const tilt = random.normal(0, 0.05);
    return tabulate(width, (x) => depth * share + waves * wave(x, 0) + tilt * (x - width / 2));
  };
  const fatShare = random.uniform(0.14, 0.34);
  const glandShare = fatShare + mix(0.26, 0.46, density);
  const fat = border(fatShare, 3);
  const gland = border(Math.min(0.78, glandShare), 2.2);
  const behind = border(Math.min(0.84, glandShare + random.uniform(0.03, 0.1)), 0.8);
  const deepFat = tabulate(width, (x) => Math.max(behind(x), gland(x) + 0.8));
  const ligaments = smoothNoise(random, random.uniform(7, 12), 2);
  const strand = smoothNoise(random, 7, 1);
  const lobes = smoothNoise(random, random.uniform(4, 8), 3);
  const fibres = smoothNoise(random, 1.1, 2);
  const ducts = smoothNoise(random, random.uniform(4.5, 8), 1);
  const speck = smoothNoise(random, 14, 2);
  const echo = {
    skin: random.normal(-5, 1.5),
    fat: random.normal(-23, 2),
    gland: random.normal(-11.5, 1.8),
    muscle: random.normal(-21, 2),
    fascia: random.normal(-7, 2),
  };

  const at = (x: number, z: number): Acoustic => {
    if (z < skin) return { echo: echo.skin - 7 * coverage(Math.min(z - 0.5, skin - 0.5 - z), 0.3), loss: 0 };
    const top = fat(x);
    const bottom = gland(x);
    const muscle = deepFat(x);
    const fatty = fatEcho(x, z);
    const uneven = speck(x, z);
    const inside = coverage(z - top, 1.2) * coverage(bottom - z, 1.2);
    const inMuscle = coverage(z - muscle, 0.5);
    let level = fatty;
    let glandular = 0;
    if (inside > 0) {
      const warp = 2.5 * uneven;
      const island = smoothstep(mix(0.05, 0.8, density), mix(0.35, 1.1, density), lobes(x * 0.55 + 0.5 * warp, z));
      const duct = smoothstep(0.09, 0.03, Math.abs(ducts(x * 0.6, z + warp))) * 7;
      const echoes = echo.gland + 3.5 * lobes(x + 40, 2 * z) + 2 * fibres(0.5 * x, 2 * z) - duct;
      glandular = inside * (1 - island);
      level = mix(level, echoes, glandular);
    }
    if (inMuscle > 0) level = mix(level, echo.muscle + 6 * fibres(0.12 * x, 1.4 * (z + 0.06 * x)) + 2 * uneven, inMuscle);
    const line = Math.max(ridge(z - muscle, 0.5), 0.7 * ridge(z - top, 0.45), 0.55 * ridge(z - bottom, 0.5), ridge(z - skin, 0.35));
    if (line > 0) level = mix(level, echo.fascia, line * clamp01(0.7 + 0.8 * speck(x + 60, z)));
    return { echo: level, loss: 0.12 * glandular - 0.05 + 0.1 * inMuscle + 0.25 * clamp01((level - fatty) / 12) * coverage(top - z, 1) };
  };
  const fatEcho = fatWith(ligaments, strand, echo.fat, echo.fascia);
  return { age, density, skin, fat, gland, deepFat, at };
}

/** The profile of a line: 1 at distance 0, and 0 from `width` on. */
function ridge(distance: number, width: number): number {
  return clamp01(1 - Math.abs(distance) / width);
}

/** Tabulates a function of the place along the probe, in steps of a tenth of a millimetre. */
function tabulate(width: number, f: (x: number) => number): (x: number) => number {
  const last = Math.ceil(width * 10) + 1;
  const table = Float32Array.from({ length: last + 1 }, (_, i) => f(i / 10));
  return (x) => {
    const at = Math.min(last - 1, Math.max(0, x * 10));
    const i = Math.floor(at);
    return table[i] + (table[i + 1] - table[i]) * (at - i);
  };
}

/** Fat: dark lobules between bright curved strands (Cooper's ligaments). */
function fatWith(ligaments: Noise, strand: Noise, fat: number, fascia: number): (x: number, z: number) => number {
  return (x, z) => {
    const ridge = Math.abs(ligaments(x * 0.8, z * 1.3));
    const thread = clamp01(1 - ridge / 0.1) * clamp01(0.5 + strand(x, z));
    return mix(fat + 2.5 * strand(2 * x, 2.5 * z), fascia - 3, thread);
  };
}
