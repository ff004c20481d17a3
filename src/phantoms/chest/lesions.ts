import type { Random } from '../../common/random';
import type { Strength } from '../modality';
import { blob } from '../physics/blob';
import { smoothNoise, type Noise } from '../physics/noise';
import { clamp01, coverage, halfChord, mix, smoothstep } from '../physics/soft';
import type { ChestAnatomy } from './anatomy';
import { diaphragm, spineX, wall, type Thorax } from './thorax';

/** The kinds of finding. */
export const CHEST_LESIONS = ['nodule', 'consolidation', 'effusion', 'pneumothorax'] as const;
export type ChestLesionKind = (typeof CHEST_LESIONS)[number];

/** How a finding changes the path of a ray. */
export interface RayChange {
  /** Water in place of air, mm. */
  water: number;
  /** Share of the lung's tissue and vessels that is missing (a collapsed lung pulls them away). */
  emptied: number;
  /** Degree to which the pixel belongs to the finding, 0 to 1. */
  share: number;
}

/** A finding: the change of a ray at a place, given its path length through lung (mm). */
export interface ChestLesion {
  kind: ChestLesionKind;
  at: (x: number, y: number, lung: number) => RayChange | undefined;
}

/** A random finding of a kind in a patient. */
export function randomChestLesion(random: Random, anatomy: ChestAnatomy, kind: ChestLesionKind, strength: Strength): ChestLesion {
  return { kind, at: { nodule, consolidation, effusion, pneumothorax }[kind](random, anatomy.thorax, strength) };
}

type Change = ChestLesion['at'];

/** A round mass: the ray's chord through a lobed sphere. */
function nodule(random: Random, t: Thorax, { contrast, extent }: Strength): Change {
  const radius = random.uniform(9, 19) * extent;
  const { x, y } = placeInLung(random, t, radius);
  const shape = blob(random, { x, y, radius, aspect: random.uniform(1, 1.25), angle: random.uniform(0, 3.14), roughness: 0.05 });
  const density = mix(0.7, 1.7, contrast);
  return (px, py) => {
    const depth = shape.depth(px, py);
    if (depth < -1) return undefined;
    const d = Math.hypot(px - x, py - y);
    const r = depth + d;
    return { water: density * 2 * halfChord(r, Math.min(d, r)), emptied: 0, share: coverage(depth, 0.5) };
  };
}

/** Airspaces filled with fluid: a cloud in a lobe that leaves the bronchi open. */
function consolidation(random: Random, t: Thorax, { contrast, extent }: Strength): Change {
  const radius = random.uniform(30, 55) * extent;
  const { x, y } = placeInLung(random, t, radius * 0.5);
  const cloud = smoothNoise(random, radius * 0.55, 3);
  const bronchi = smoothNoise(random, 15, 1);
  const shape = blob(random, { x, y, radius, aspect: random.uniform(1, 1.7), angle: random.uniform(0, 3.14), roughness: 0.12 });
  const density = 0.75 * contrast;
  return (px, py, lung) => {
    const depth = shape.depth(px, py) / radius + 0.26 * cloud(px, py);
    const share = smoothstep(-0.12, 0.65, depth) * smoothstep(2, 12, lung);
    if (share <= 0) return undefined;
    const air = clamp01(1 - Math.abs(bronchi(px, py)) / 0.09) * 0.3;
    return { water: share * density * lung * (1 - air), emptied: 0, share };
  };
}

/**
 * Free fluid at the base of a lung: horizontal, with a rim that climbs at the side, and deepest at
 * the back and side.
 */
function effusion(random: Random, t: Thorax, { contrast, extent }: Strength): Change {
  const side = random.pick([-1, 1]);
  const depth = random.uniform(30, 85) * extent;
  const climb = random.uniform(22, 45) * Math.min(1.2, extent);
  const floor = diaphragm(t, side * 0.92 * t.halfWidth);
  return (x, y, lung) => {
    if (x * side < 8 || lung <= 0) return undefined;
    const out = clamp01((x * side) / wall(t, y));
    const surface = floor - depth * (0.55 + 0.45 * out) - climb * Math.pow(out, 5) - climb * 0.3 * Math.pow(1 - out, 4);
    const below = (y - surface) / 16;
    const share = smoothstep(-0.4, 1, below);
    if (share <= 0) return undefined;
    return { water: share * lung * mix(0.35, 0.85, contrast), emptied: 0, share: coverage(below - 0.3, 0.1) * (lung > 6 ? 1 : 0) };
  };
}

/**
 * Air between lung and chest wall: no vessels outside of the pleura's thin line, and a smaller and
 * denser lung.
 */
function pneumothorax(random: Random, t: Thorax, { contrast, extent }: Strength): Change {
  const side = random.pick([-1, 1]);
  const width = random.uniform(18, 46) * extent;
  const waves: Noise = smoothNoise(random, 60);
  return (x, y, lung) => {
    if (x * side < 10 || lung <= 0) return undefined;
    const u = x * side - 0.5 * side * spineX(t, y);
    const fall = mix(1.25, 0.45, clamp01((y - t.apex) / (t.base - t.apex)));
    const gap = width * fall * (1 + 0.25 * waves(x, y));
    const away = (u - 48) / 44;
    const above = y - (t.apex + 34 * away * away);
    const inside = Math.min(wall(t, y) - u, above * 0.8) - gap;
    if (inside > 5) return undefined;
    const line = clamp01(1.2 - Math.abs(inside) / 1.4) * 7 * contrast;
    const outside = coverage(-inside, 1.5);
    return { water: line, emptied: outside * mix(0.5, 1, contrast), share: outside * (lung > 6 ? 1 : 0) };
  };
}

function placeInLung(random: Random, t: Thorax, margin: number): { x: number; y: number } {
  for (let tries = 0; ; tries++) {
    const side = random.pick([-1, 1]);
    const y = random.uniform(t.apex + 25, t.base - 20);
    const x = side * random.uniform(36, wall(t, y));
    const heart = side > 0 && y > 10 ? 75 : 45;
    const free = wall(t, y) - Math.abs(x) > margin && diaphragm(t, x) - y > margin && Math.abs(x) > heart + 0.5 * margin;
    if (free || tries > 300) return { x, y };
  }
}
