import { rounded, type Modality, type Rendering } from '../modality';
import { dilate } from '../physics/region';
import type { GrayImage } from '../../image/image';
import { randomBrain, type BrainAnatomy } from './anatomy';
import { layLesion, massEffect } from './disease';
import { BRAIN_LESIONS, randomBrainLesion, type BrainLesion, type BrainLesionKind } from './lesions';
import { acquire, randomBrainScan, type BrainScan } from './scan';
import { tissueMaps } from './tissue';

/** A patient in a device. */
export interface BrainScene {
  scan: BrainScan;
  anatomy: BrainAnatomy;
}

/** Axial magnetic resonance slices of the head. */
export const brain: Modality<BrainScene, BrainLesion> = {
  kinds: BRAIN_LESIONS,
  strengths: { plain: { contrast: 1, extent: 1.45 }, faint: { contrast: 0.6, extent: 0.85 } },
  scene(patient, device, size) {
    const scan = randomBrainScan(device, size);
    return { scan, anatomy: randomBrain(patient, scan.grid) };
  },
  anomaly: (random, { anatomy }, kind, strength) => randomBrainLesion(random, anatomy, kind as BrainLesionKind, strength),
  render({ scan, anatomy }, noise, lesion): Rendering {
    const { size } = scan.grid;
    const picture = (data: Uint8Array): GrayImage => ({ width: size, height: size, channels: 1, data });
    if (!lesion) {
      const nothing = new Uint8Array(size * size);
      return { image: acquire(tissueMaps(anatomy, scan).signal, scan, noise), mask: picture(nothing), affected: picture(nothing.slice()) };
    }
    const displacement = massEffect(anatomy, scan, lesion);
    const maps = tissueMaps(anatomy, scan, displacement);
    const { mask, touched } = layLesion(anatomy, scan, lesion, maps);
    displacement?.x.forEach((dx, i) => {
      if (dx !== 0 || displacement.y[i] !== 0) touched[i] = 255;
    });
    const spread = Math.ceil(4 * scan.blur) + 1;
    return { image: acquire(maps.signal, scan, noise), mask: picture(mask), affected: picture(dilate(touched, size, spread)) };
  },
  metadata: ({ scan, anatomy }) => ({
    sequence: scan.sequence,
    age: anatomy.age,
    level: rounded(anatomy.level, 2),
    atrophy: rounded(anatomy.atrophy, 2),
    field_of_view_mm: rounded(scan.fieldOfView, 0),
    turn_degrees: rounded(scan.turn, 1),
    noise: rounded(scan.noise, 4),
  }),
};
