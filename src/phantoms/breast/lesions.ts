import type { Random } from '../../common/random';
import type { Strength } from '../modality';
import { blob, type Blob } from '../physics/blob';
import { smoothNoise } from '../physics/noise';
import { clamp01, coverage, mix, smoothstep } from '../physics/soft';
import type { Acoustic, BreastLayers } from './layers';

/** The kinds of mass. */
export const BREAST_LESIONS = ['cyst', 'benign', 'malignant'] as const;
export type BreastLesionKind = (typeof BREAST_LESIONS)[number];

/** A mass: its acoustic properties at a place, given the tissue that would be there. */
export interface BreastLesion {
  kind: BreastLesionKind;
  shape: Blob;
  /** How far the tissue is changed beyond the mass's border, mm. */
  margin: number;
  at: (x: number, z: number, depth: number, tissue: Acoustic) => Acoustic;
}

/** A random mass of a kind in the gland of a patient. */
export function randomBreastLesion(
  random: Random,
  layers: BreastLayers,
  width: number,
  depth: number,
  kind: BreastLesionKind,
  strength: Strength,
): BreastLesion {
  const radius = random.uniform(3.6, 7.5) * strength.extent;
  const x = random.uniform(0.2, 0.8) * width;
  const z = Math.min(depth - radius - 3, Math.max(layers.skin + radius + 2, mix(layers.fat(x), layers.gland(x), random.uniform(0.2, 0.8))));
  return { kind, ...{ cyst, benign, malignant }[kind](random, x, z, radius, strength.contrast) };
}

type Mass = Omit<BreastLesion, 'kind'>;

/**
 * Clear fluid: no echoes, a thin bright wall where the beam meets it at right angles, and brighter
 * tissue behind.
 */
function cyst(random: Random, x: number, z: number, radius: number, contrast: number): Mass {
  const shape = blob(random, { x, y: z, radius, aspect: random.uniform(1, 1.7), angle: random.normal(0, 0.15), roughness: 0.025 });
  const inside = mix(-18, -60, contrast);
  const gain = mix(0.1, 0.75, contrast);
  return {
    shape,
    margin: 1.2,
    at: (px, pz, depth, tissue) => {
      const share = coverage(depth, 0.4);
      const facing = Math.abs(pz - z) / (Math.hypot(px - x, pz - z) + 0.01);
      const wall = clamp01(1 - Math.abs(depth + 0.25) / 0.45) * smoothstep(0.6, 1, facing) * 8 * contrast;
      const edge = clamp01(1 - Math.abs(depth) / 0.7) * smoothstep(0.55, 0.1, facing) * 1.6 * contrast;
      return { echo: mix(tissue.echo, Math.min(tissue.echo, inside), share) + wall, loss: mix(tissue.loss, -gain, share) + edge };
    },
  };
}

/** A smooth oval, wider than tall, with even echoes and a thin capsule. */
function benign(random: Random, x: number, z: number, radius: number, contrast: number): Mass {
  const shape = blob(random, {
    x,
    y: z,
    radius,
    aspect: random.uniform(1.4, 2.1),
    angle: random.normal(0, 0.2),
    roughness: 0.04,
    waves: 4,
  });
  const fine = smoothNoise(random, 2.5, 2);
  const inside = random.normal(-30, 1.5);
  const gain = random.uniform(0, 0.35) * contrast;
  return {
    shape,
    margin: 1.2,
    at: (px, pz, depth, tissue) => {
      const share = coverage(depth, 0.5);
      const capsule = clamp01(1 - Math.abs(depth + 0.3) / 0.5) * 5 * contrast;
      const echo = mix(tissue.echo, inside + 1.5 * fine(px, pz), share * mix(0.1, 1, contrast));
      return { echo: echo + capsule, loss: mix(tissue.loss, -gain, share) };
    },
  };
}

/**
 * An angular mass with spicules, often taller than wide: a bright halo, a shadow behind, sometimes
 * calcifications.
 */
function malignant(random: Random, x: number, z: number, radius: number, contrast: number): Mass {
  const body = blob(random, {
    x,
    y: z,
    radius: radius * 0.95,
    aspect: random.uniform(1, 1.4),
    angle: random.normal(Math.PI / 2, 0.6),
    roughness: 0.17,
    waves: 11,
  });
  const spicules = Array.from({ length: random.integer(5, 11) }, () => ({
    angle: random.uniform(-Math.PI, Math.PI),
    width: random.uniform(0.05, 0.12),
    length: radius * random.uniform(0.2, 0.9),
  }));
  const longest = Math.max(...spicules.map((s) => s.length));
  const depthOf = (px: number, pz: number): number => {
    const turn = Math.atan2(pz - z, px - x);
    let reach = 0;
    for (const { angle, width, length } of spicules) {
      const off = Math.abs(Math.atan2(Math.sin(turn - angle), Math.cos(turn - angle)));
      reach = Math.max(reach, length * (1 - off / width));
    }
    return body.depth(px, pz) + reach;
  };
  const shape: Blob = { x, y: z, reach: body.reach + longest, depth: depthOf };
  const coarse = smoothNoise(random, 3.5, 3);
  const lime = random.chance(0.5) ? smoothNoise(random, 0.9) : undefined;
  const inside = random.normal(-32, 1.5);
  const dark = random.uniform(0.25, 1.3) * mix(0.3, 1, contrast);
  const margin = 2.2;
  return {
    shape,
    margin,
    at: (px, pz, depth, tissue) => {
      const share = coverage(depth, 0.6);
      const halo = smoothstep(-margin, -0.4, depth) * (1 - share) * 5 * contrast;
      const grain = lime && share > 0.9 ? smoothstep(0.75, 0.9, lime(px, pz)) * 20 * contrast : 0;
      const echo = mix(tissue.echo, inside + 4.5 * coarse(px, pz), share * mix(0.1, 1, contrast));
      return { echo: echo + halo + grain, loss: mix(tissue.loss, dark, share) };
    },
  };
}
