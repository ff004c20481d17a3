import type { Random } from '../../common/random';
import { mix } from '../physics/soft';

const STEPS = 720;

/**
 * The outlines of an axial slice of a head, as radii (mm) from the brain's middle in every
 * direction.
 */
export interface Head {
  /** Depth below the scalp's surface, mm; negative outside of the head. */
  skin: (x: number, y: number) => number;
  /**
   * Thickness of the scalp and of the skull at a place, and the gap between skull and brain, mm.
   */
  layersAt: (x: number, y: number) => Layers;
  /** Depth below the brain's surface, mm; negative outside. */
  brain: (x: number, y: number) => number;
  /** Half the brain's breadth and length, mm. */
  halfBreadth: number;
  halfLength: number;
}

/** The layers over the brain in one direction. */
export interface Layers {
  /** Depth below the skin, mm. */
  skin: number;
  scalp: number;
  skull: number;
  gap: number;
  /** Depth below the brain's surface, mm. */
  brain: number;
}

/**
 * A random head: an egg-shaped brain, a gap of CSF that widens with `atrophy` (0 to 1), and a skull
 * and scalp of varying thickness.
 */
export function randomHead(random: Random, level: number, atrophy: number): Head {
  const shrink = 1 - 0.2 * Math.max(0, level - 0.45) * Math.max(0, level - 0.45) * 3.3;
  const halfBreadth = random.normal(67, 2.6) * shrink;
  const halfLength = random.normal(84, 3.2) * shrink;
  const power = random.uniform(2.05, 2.35);
  const egg = random.uniform(0.02, 0.06);
  const waves = [2, 3, 4, 5].map((k) => ({ k, a: random.normal(0, 0.008), p: random.uniform(0, 6.2832) }));
  const scalp = random.uniform(3.5, 6.5);
  const skull = random.uniform(5, 7.5);
  const gap = mix(1.2, 4.5, atrophy) + random.uniform(0, 0.8);
  const layer = (base: number, temples: number, rough: number): Float32Array => {
    const terms = [1, 2, 3, 5].map((k) => ({ k, a: random.normal(0, rough), p: random.uniform(0, 6.2832) }));
    return table((t) => base * (1 + temples * Math.cos(2 * t) + terms.reduce((s, { k, a, p }) => s + a * Math.cos(k * t + p), 0)));
  };
  const brainRadii = table((t) => {
    const c = Math.cos(t);
    const s = Math.sin(t);
    const breadth = halfBreadth * (1 + egg * s);
    const base = Math.pow(Math.pow(Math.abs(c) / breadth, power) + Math.pow(Math.abs(s) / halfLength, power), -1 / power);
    return base * waves.reduce((sum, { k, a, p }) => sum + a * Math.cos(k * t + p), 1);
  });
  const gaps = layer(gap, -0.1, 0.12);
  const skulls = layer(skull, -0.18, 0.06);
  const scalps = layer(scalp, 0.12, 0.1);

  const layersAt = (x: number, y: number): Layers => {
    const at = place(x, y);
    const r = Math.sqrt(x * x + y * y);
    const brain = look(brainRadii, at) - r;
    const over = look(gaps, at);
    const bone = look(skulls, at);
    const soft = look(scalps, at);
    return { skin: brain + over + bone + soft, scalp: soft, skull: bone, gap: over, brain };
  };
  return {
    layersAt,
    skin: (x, y) => layersAt(x, y).skin,
    brain: (x, y) => look(brainRadii, place(x, y)) - Math.sqrt(x * x + y * y),
    halfBreadth,
    halfLength,
  };
}

function table(radius: (angle: number) => number): Float32Array {
  return Float32Array.from({ length: STEPS + 1 }, (_, i) => radius((2 * Math.PI * (i % STEPS)) / STEPS));
}

function place(x: number, y: number): number {
  const turn = (Math.atan2(y, x) / (2 * Math.PI)) * STEPS;
  return turn < 0 ? turn + STEPS : turn;
}

function look(radii: Float32Array, at: number): number {
  const i = Math.min(STEPS - 1, Math.floor(at));
  return radii[i] + (radii[i + 1] - radii[i]) * (at - i);
}
