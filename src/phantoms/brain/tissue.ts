import { sampleMap } from '../physics/sample';
import { clamp01, coverage, mix, smoothstep } from '../physics/soft';
import type { BrainAnatomy } from './anatomy';
import type { BrainScan } from './scan';

/** Where the tissue at each pixel came from: shifts in mm, one value per pixel. */
export interface Displacement {
  x: Float32Array;
  y: Float32Array;
}

/** Signals of the tissues before the device's effects; one value per pixel. */
export interface TissueMaps {
  signal: Float32Array;
  /** Share of white matter. */
  white: Float32Array;
  /** Share of brain tissue (no CSF, no bone). */
  parenchyma: Float32Array;
}

/** The slice of a patient in a sequence, with displaced tissue if a displacement is given. */
export function tissueMaps(anatomy: BrainAnatomy, scan: BrainScan, displacement?: Displacement): TissueMaps {
  const { grid, signals: s, partialVolume: pv } = scan;
  const { head, cortex, caps } = anatomy;
  const n = grid.size * grid.size;
  const signal = new Float32Array(n);
  const white = new Float32Array(n);
  const parenchyma = new Float32Array(n);
  grid.forEach((i, x, y) => {
    const layers = head.layersAt(x, y);
    const { skin, scalp, skull } = layers;
    if (skin < -3) return;
    const intoBone = skin - scalp;
    const intoGap = intoBone - skull;
    if (intoGap < 3) {
      const fatty = mix(s.muscle, s.fat, coverage(Math.min(skin - 1.4, scalp - 0.6 - skin), 1.6));
      const marrow = coverage(Math.min(intoBone - 1.5, skull - 1.9 - intoBone), 1.5) * smoothstep(3.6, 5.6, skull);
      const bone = mix(s.bone, s.marrow, marrow);
      const outer = mix(fatty, bone, coverage(intoBone, pv * 0.7));
      signal[i] = outer * coverage(skin, pv * 0.7);
      if (intoGap < -3) return;
    }
    const within = coverage(intoGap, pv * 0.7);
    let { brain } = layers;
    let fold = anatomy.folds[i];
    let ventricle = anatomy.ventricles[i];
    let nucleus = anatomy.nuclei[i];
    let plexus = anatomy.plexus[i];
    if (displacement && (displacement.x[i] !== 0 || displacement.y[i] !== 0)) {
      const [px, py] = grid.toPixel(x + displacement.x[i], y + displacement.y[i]);
      fold = sampleMap(anatomy.folds, grid.size, px, py);
      ventricle = sampleMap(anatomy.ventricles, grid.size, px, py);
      nucleus = sampleMap(anatomy.nuclei, grid.size, px, py);
      plexus = sampleMap(anatomy.plexus, grid.size, px, py);
      brain = Math.max(brain, head.brain(x + displacement.x[i], y + displacement.y[i]));
    }
    const texture = anatomy.texture(x, y);
    const pia = Math.min(brain, fold);
    const csf = Math.max(coverage(-pia, pv), coverage(-ventricle, pv));
    const cortical = 1 - coverage(pia - cortex * (1 + 0.25 * texture), pv * 1.3);
    const grey = mix(s.nucleus, s.grey, cortical);
    const greyShare = Math.max(cortical, 0.85 * nucleus);
    const cap = caps * clamp01(1.1 - ventricle / 5 + 0.5 * texture) * (ventricle < 7 ? 1 : 0);
    const whiteSignal = mix(s.white, s.periventricular, cap);
    const tissue = mix(whiteSignal, grey, greyShare) * (1 + 0.025 * texture);
    const fluid = mix(s.csf, s.plexus, plexus);
    const dura = coverage(1.1 - intoGap, 1);
    const inner = mix(mix(tissue, fluid, csf), s.dura, dura);
    signal[i] = mix(signal[i], inner, within);
    parenchyma[i] = within * (1 - csf) * (1 - dura);
    white[i] = parenchyma[i] * (1 - greyShare);
  });
  sinus(anatomy, scan, signal);
  return { signal, white, parenchyma };
}

/**
 * The sagittal sinus where the midline meets the skull: a triangle of blood behind, and a small one
 * in front.
 */
function sinus({ head }: BrainAnatomy, { grid, signals, partialVolume }: BrainScan, signal: Float32Array): void {
  for (const [end, radius] of [
    [1, 4.2],
    [-1, 2.2],
  ]) {
    const y = end * (head.brain(0, end * 0.01) + 0.5);
    grid.forEachNear(0, y, radius * 2, (i, px, py) => {
      const down = (y - py) * end;
      const half = radius * (1 - clamp01((down + radius * 0.5) / (radius * 2)));
      const inside = coverage(Math.min(half - Math.abs(px), down + radius * 0.5), partialVolume);
      signal[i] = mix(signal[i], signals.sinus, inside);
    });
  }
}
