import { clamp01, mix, smoothstep } from '../physics/soft';
import type { BrainAnatomy } from './anatomy';
import type { BrainLesion } from './lesions';
import type { BrainScan } from './scan';
import type { Displacement, TissueMaps } from './tissue';

/**
 * The displacement of tissue by a mass: largest at its border, less with distance, and zero at the
 * skull.
 */
export function massEffect({ head }: BrainAnatomy, { grid }: BrainScan, lesion: BrainLesion): Displacement | undefined {
  if (!lesion.push) return undefined;
  const { x: cx, y: cy, radius, amount } = lesion.push;
  const n = grid.size * grid.size;
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  const fall = 14 + 0.5 * radius;
  const reach = radius + 3.5 * fall;
  grid.forEachNear(cx, cy, reach, (i, px, py) => {
    const dx = px - cx;
    const dy = py - cy;
    const r = Math.sqrt(dx * dx + dy * dy);
    if (r >= reach || r < 1e-6) return;
    const free = smoothstep(0, 16, head.brain(px, py));
    if (free === 0) return;
    const outside = Math.max(0, r - radius);
    const far = 1 - outside / (reach - radius);
    const pushed = amount * (r < radius ? r / radius : Math.exp(-outside / fall) * clamp01(3 * far)) * free;
    x[i] = (-dx / r) * pushed;
    y[i] = (-dy / r) * pushed;
  });
  return { x, y };
}

/**
 * Blends the layers of a lesion into the signals of the tissue.
 * @returns a mask: 255 where at least half of a pixel belongs to the lesion
 */
export function layLesion(
  { head }: BrainAnatomy,
  { grid, signals }: BrainScan,
  lesion: BrainLesion,
  maps: TissueMaps,
): { mask: Uint8Array; touched: Uint8Array } {
  const n = grid.size * grid.size;
  const covered = new Float32Array(n);
  const touched = new Uint8Array(n);
  for (const layer of lesion.layers) {
    grid.forEachNear(layer.x, layer.y, layer.reach, (i, x, y) => {
      const depth = head.brain(x, y);
      if (depth < -8) return;
      const share = layer.share(x, y, { white: maps.white[i], parenchyma: maps.parenchyma[i], depth });
      if (share <= 0) return;
      maps.signal[i] = mix(maps.signal[i], signals[layer.tissue], share * lesion.contrast);
      covered[i] = Math.max(covered[i], share);
      touched[i] = 255;
    });
  }
  return { mask: Uint8Array.from(covered, (v) => (v >= 0.5 ? 255 : 0)), touched };
}
