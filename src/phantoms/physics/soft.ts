/** `v` limited to [0, 1]. */
export function clamp01(v: number): number {
  return v < 0 ? 0 : v > 1 ? 1 : v;
}

/** Linear interpolation: `a` at `t` = 0, `b` at `t` = 1, also beyond. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** 0 below `lo`, 1 above `hi`, and a smooth cubic in between. */
export function smoothstep(lo: number, hi: number, v: number): number {
  const t = clamp01((v - lo) / (hi - lo));
  return t * t * (3 - 2 * t);
}

/**
 * The share of a voxel of the given `width` that is inside a border at signed depth `depth`
 * (partial volume).
 */
export function coverage(depth: number, width: number): number {
  return clamp01(depth / width + 0.5);
}

/**
 * Half the length of a ray's chord through a sphere or cylinder of radius `r`, at distance `d` from
 * its middle.
 */
export function halfChord(r: number, d: number): number {
  return d < r ? Math.sqrt(r * r - d * d) : 0;
}
