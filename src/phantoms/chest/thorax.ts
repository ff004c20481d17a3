import type { Random } from '../../common/random';
import { clamp01, coverage, mix, smoothstep } from '../physics/soft';

/**
 * The shape of a chest from the front: lengths in mm, x to the image's right (the patient's left),
 * y down.
 */
export interface Thorax {
  age: number;
  /** Half of the rib cage's largest breadth. */
  halfWidth: number;
  /**
   * Top of the lungs, tops of the diaphragm's domes (image left, right), and the lungs' lower end
   * at the sides.
   */
  apex: number;
  domes: [number, number];
  base: number;
  /** Largest depth of the trunk, and of the lungs, from front to back. */
  depth: number;
  lungDepth: number;
  /** Soft tissue outside of the rib cage. */
  flesh: number;
  heart: { x: number; y: number; a: number; b: number; tilt: number };
  mediastinum: number;
  arch: number;
  /** Breast shadows: 0 for none. */
  breast: number;
  /** Gas in the stomach: 0 for none. */
  gas: number;
  scoliosis: number;
  /** Half of the rib cage's inner breadth for every mm of height, from `apex - 100`. */
  walls: Float32Array;
}

/** A random chest: build, depth of breath and heart size vary. */
export function randomThorax(random: Random): Thorax {
  const age = Math.round(random.uniform(18, 90));
  const build = random.normal(1, 0.055);
  const breath = random.normal(0, 9);
  const domes: [number, number] = [82 + breath + random.normal(0, 4), 92 + breath + random.normal(0, 4)];
  const heart = random.normal(1, 0.09) + 0.0012 * (age - 50);
  const shape = {
    age,
    halfWidth: 139 * build * random.normal(1, 0.03),
    apex: -128 * build + random.normal(0, 4),
    domes,
    base: 125 + 0.8 * breath,
    depth: random.normal(225, 18) * build,
    lungDepth: random.normal(165, 10) * build,
    flesh: Math.max(12, random.normal(24, 7)),
    heart: {
      x: random.normal(22, 4),
      y: 62 + 0.6 * breath,
      a: 60 * heart,
      b: 47 * heart,
      tilt: random.uniform(0.35, 0.7) - 0.002 * breath,
    },
    mediastinum: random.normal(27, 2.5),
    arch: random.normal(11, 2) + 0.07 * (age - 50),
    breast: random.chance(0.45) ? random.uniform(12, 40) : 0,
    gas: random.chance(0.55) ? random.uniform(25, 70) : 0,
    scoliosis: random.normal(0, 4),
  };
  const narrow = random.uniform(2, 12);
  const top = random.uniform(50, 60);
  const walls = Float32Array.from({ length: 500 }, (_, i) => {
    const v = clamp01((i - 100) / (shape.base - shape.apex));
    return mix(top, shape.halfWidth, Math.pow(Math.sin((Math.min(1, 1.18 * v) * Math.PI) / 2), 0.72)) - narrow * smoothstep(0.75, 1, v);
  });
  return { ...shape, walls };
}

/** Half of the rib cage's inner breadth at a height. */
export function wall({ apex, walls }: Thorax, y: number): number {
  const at = Math.min(498, Math.max(0, y - apex + 100));
  const i = Math.floor(at);
  return walls[i] + (walls[i + 1] - walls[i]) * (at - i);
}

/** Height of the diaphragm. */
export function diaphragm({ domes, halfWidth, base }: Thorax, x: number): number {
  const top = domes[x < 0 ? 0 : 1];
  const u = Math.abs(x);
  const peak = 0.5 * halfWidth;
  const out = Math.max(0, (u - peak) / (halfWidth - peak));
  const inwards = Math.max(0, (peak - u) / peak);
  return top + (base - top) * out * out * out + 14 * inwards * inwards;
}

/** The middle of the spine at a height. */
export function spineX({ scoliosis }: Thorax, y: number): number {
  return scoliosis * Math.sin((y + 20) / 90);
}

/** Path length through air-filled lung, mm of air and vessels together, ignoring the heart. */
export function lungPath(t: Thorax, x: number, y: number): number {
  const u = Math.abs(x - 0.5 * spineX(t, y));
  const lateral = wall(t, y) - u;
  const below = diaphragm(t, x) - y;
  if (lateral <= 0 || below <= -1) return 0;
  const away = (u - 48) / 44;
  const above = y - (t.apex + 34 * away * away);
  const medial = u - (t.mediastinum - 14) * (1 - 0.25 * clamp01((y + 20) / 100));
  return (
    t.lungDepth * round(lateral, 46) * round(above, 50) * round(medial, 26) * round(below + 1, 5) * (1 - 0.3 * smoothstep(55, -5, below))
  );
}

/** Path length through the heart, the great vessels and other tissue between the lungs. */
export function heartPath(t: Thorax, x: number, y: number): number {
  const { heart } = t;
  const c = Math.cos(heart.tilt);
  const s = Math.sin(heart.tilt);
  const u = (c * (x - heart.x) + s * (y - heart.y)) / heart.a;
  const v = (c * (y - heart.y) - s * (x - heart.x)) / heart.b;
  const ventricles = chord(1 - u * u - v * v);
  const atrium = chord(1 - sq((x + 16) / 30) - sq((y - heart.y + 6) / 40));
  const arch = chord(1 - sq((x - t.mediastinum + 8) / (9 + t.arch)) - sq((y + 56) / (8 + t.arch)));
  const trunk = chord(1 - sq((x - t.mediastinum + 2) / 15) - sq((y + 22) / 22));
  const column = Math.abs(x - spineX(t, y)) - t.mediastinum * mix(1, 0.8, smoothstep(-60, -125, y));
  const tissue = coverage(-column, 10);
  return Math.max(130 * ventricles, 90 * atrium, 80 * arch, 70 * trunk, 88 * tissue);
}

/** Path length through the body, from skin to skin. */
export function bodyPath(t: Thorax, x: number, y: number): number {
  const u = Math.abs(x);
  const side = wall(t, Math.max(y, -60)) + t.flesh;
  const slope = y - (t.apex - 40 + 0.0017 * u * u);
  const under = round(slope, 70);
  const q = u / side;
  const trunk = t.depth * chord(1 - q * q * Math.sqrt(q)) * smoothstep(-178, -95, y) * under;
  const shoulder = 125 * under * chord(1 - sq(sq(u / (side + 62)))) * (1 - smoothstep(-70, 10, y));
  const neck = 118 * chord(1 - sq(u / (52 + 0.012 * sq(Math.max(0, y - t.apex + 75))))) * (1 - smoothstep(-130, -80, y));
  const arm = 88 * chord(1 - sq((u - side - 48 - 0.12 * (y + 60)) / 42)) * smoothstep(-130, -70, y);
  const breast = t.breast * chord(1 - sq((u - 72) / 62) - sq((y - 52) / 58)) * (y > 52 ? 1 : 0.9);
  return Math.max(trunk, shoulder, neck, arm) + breast;
}

/** Rises smoothly from 0 at the border to 1 at `depth` inside. */
function round(d: number, depth: number): number {
  const rest = 1 - clamp01(d / depth);
  return Math.sqrt(1 - rest * rest);
}

function chord(v: number): number {
  return v > 0 ? Math.sqrt(v) : 0;
}

function sq(v: number): number {
  return v * v;
}
