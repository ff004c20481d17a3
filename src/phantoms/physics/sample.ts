/**
 * The value of a square map at fractional pixel coordinates: linear between pixels, and constant
 * beyond the border.
 */
export function sampleMap(map: Float32Array, size: number, px: number, py: number): number {
  const u = px < 0 ? 0 : px > size - 1 ? size - 1 : px;
  const v = py < 0 ? 0 : py > size - 1 ? size - 1 : py;
  const left = Math.min(size - 2, Math.floor(u));
  const top = Math.min(size - 2, Math.floor(v));
  const i = top * size + left;
  const s = u - left;
  const upper = map[i] + (map[i + 1] - map[i]) * s;
  const lower = map[i + size] + (map[i + size + 1] - map[i + size]) * s;
  return upper + (lower - upper) * (v - top);
}
