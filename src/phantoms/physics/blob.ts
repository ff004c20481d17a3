import type { Random } from '../../common/random';

/** An irregular shape around a point. */
export interface Blob {
  x: number;
  y: number;
  /** The largest distance of a point of the shape from its middle. */
  reach: number;
  /**
   * Depth of a place inside the shape: distance along the ray from the middle, negative outside.
   */
  depth: (x: number, y: number) => number;
}

/** The shape of a {@link Blob}. */
export interface BlobOptions {
  x: number;
  y: number;
  /** Mean radius. */
  radius: number;
  /** Length divided by breadth; default 1. */
  aspect?: number;
  /** Direction of the length, radians. */
  angle?: number;
  /**
   * Relative strength of the border's waves: 0 for an ellipse (default), 0.3 for a ragged border.
   */
  roughness?: number;
  /** The number of the shortest waves around the border; default 7. */
  waves?: number;
}

const STEPS = 360;

/**
 * An ellipse with a wavy border: Fourier terms 2 to `waves` with random strengths that fall as
 * 1/√k.
 */
export function blob(random: Random, { x, y, radius, aspect = 1, angle = 0, roughness = 0, waves = 7 }: BlobOptions): Blob {
  const a = radius * Math.sqrt(aspect);
  const b = radius / Math.sqrt(aspect);
  const terms = Array.from({ length: Math.max(0, waves - 1) }, (_, i) => {
    const k = i + 2;
    return { k, strength: (random.normal() * roughness) / Math.sqrt(k), phase: random.uniform(0, 2 * Math.PI) };
  });
  const radii = Float64Array.from({ length: STEPS + 1 }, (_, i) => {
    const t = (2 * Math.PI * (i % STEPS)) / STEPS;
    const c = Math.cos(t - angle) / a;
    const s = Math.sin(t - angle) / b;
    const waved = terms.reduce((sum, { k, strength, phase }) => sum + strength * Math.cos(k * t + phase), 1);
    return Math.max(0.35, waved) / Math.sqrt(c * c + s * s);
  });
  const depth = (px: number, py: number): number => {
    const dx = px - x;
    const dy = py - y;
    const turn = (Math.atan2(dy, dx) / (2 * Math.PI)) * STEPS;
    const at = turn < 0 ? turn + STEPS : turn;
    const i = Math.min(STEPS - 1, Math.floor(at));
    return radii[i] + (radii[i + 1] - radii[i]) * (at - i) - Math.sqrt(dx * dx + dy * dy);
  };
  return { x, y, reach: Math.max(...radii), depth };
}
