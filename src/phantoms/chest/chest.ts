import type { GrayImage } from '../../image/image';
import { rounded, type Modality, type Rendering } from '../modality';
import { dilate } from '../physics/region';
import { randomChest, type ChestAnatomy } from './anatomy';
import { CHEST_LESIONS, randomChestLesion, type ChestLesion, type ChestLesionKind } from './lesions';
import { attenuation, develop, randomChestScan, expose, MU, type ChestScan } from './radiograph';

/** A patient in front of an X-ray unit. */
export interface ChestScene {
  scan: ChestScan;
  anatomy: ChestAnatomy;
}

/** Frontal radiographs of the chest. */
export const chest: Modality<ChestScene, ChestLesion> = {
  kinds: CHEST_LESIONS,
  strengths: { plain: { contrast: 1.3, extent: 1.8 }, faint: { contrast: 0.7, extent: 0.95 } },
  scene(patient, device, size) {
    const scan = randomChestScan(device, size);
    return { scan, anatomy: randomChest(patient, scan.grid) };
  },
  anomaly: (random, { anatomy }, kind, strength) => randomChestLesion(random, anatomy, kind as ChestLesionKind, strength),
  render({ scan, anatomy }, noise, lesion): Rendering {
    const { grid } = scan;
    const { size } = grid;
    const picture = (data: Uint8Array): GrayImage => ({ width: size, height: size, channels: 1, data });
    const exponent = attenuation(anatomy);
    const exposure = expose(exponent, scan);
    const mask = new Uint8Array(size * size);
    const touched = new Uint8Array(size * size);
    if (lesion) {
      const { lung, vessels, lungDensity } = anatomy;
      grid.forEach((i, x, y) => {
        if (lung[i] <= 0) return;
        const change = lesion.at(x, y, lung[i]);
        if (!change) return;
        exponent[i] += MU.tissue * (change.water - change.emptied * (lungDensity * 0.85 * lung[i] + vessels[i]));
        touched[i] = 255;
        if (change.share >= 0.5) mask[i] = 255;
      });
    }
    const spread = Math.ceil(4 * scan.blur) + (scan.detail > 0 ? Math.ceil((16 * size) / 256) : 0) + 2;
    return { image: develop(exponent, exposure, scan, noise), mask: picture(mask), affected: picture(dilate(touched, size, spread)) };
  },
  metadata: ({ scan, anatomy }) => ({
    age: anatomy.thorax.age,
    field_of_view_mm: rounded(scan.fieldOfView, 0),
    turn_degrees: rounded(scan.turn, 1),
    scatter: rounded(scan.scatter, 2),
    photons: rounded(scan.photons, 0),
  }),
};
