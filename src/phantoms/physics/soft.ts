/** `v` limited to [0, 1]. */
export function clamp01(v: number): number {
  return v < 0 ? 0 : v > 1 ? 1 : v;
}

/** `a` where `t` is 0, `b` where it is 1, straight between and beyond. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** 0 below `lo`, 1 above `hi`, a smooth cubic between. */
export function smoothstep(lo: number, hi: number, v: number): number {
  const t = clamp01((v - lo) / (hi - lo));
  return t * t * (3 - 2 * t);
}

/** The share of a voxel that lies inside a border at signed depth `depth`, for a voxel `width` across (partial volume). */
export function coverage(depth: number, width: number): number {
  return clamp01(depth / width + 0.5);
}

/** Half the length of the chord that a ray at distance `d` from the middle cuts from a sphere or cylinder of radius `r`. */
export function halfChord(r: number, d: number): number {
  return d < r ? Math.sqrt(r * r - d * d) : 0;
}
