import type { GrayImage } from '../../image/image';
import { rounded, type Modality, type Rendering } from '../modality';
import { dilate } from '../physics/region';
import { randomLayers, type BreastLayers } from './layers';
import { BREAST_LESIONS, randomBreastLesion, type BreastLesion, type BreastLesionKind } from './lesions';
import { beamBlur, randomBreastScan, pulseReach, scanBreast, type AcousticMaps, type BreastScan } from './ultrasound';

/** A patient under a probe. */
export interface BreastScene {
  scan: BreastScan;
  layers: BreastLayers;
  tissue: AcousticMaps;
}

/** Ultrasound frames of the breast. */
export const breast: Modality<BreastScene, BreastLesion> = {
  kinds: BREAST_LESIONS,
  strengths: { plain: { contrast: 1, extent: 1.2 }, faint: { contrast: 0.35, extent: 0.55 } },
  scene(patient, device, size) {
    const scan = randomBreastScan(device, size);
    const layers = randomLayers(patient, scan.width, scan.depth);
    const tissue = { echo: new Float32Array(size * size), loss: new Float32Array(size * size) };
    forEachPixel(scan, (i, x, z) => {
      const { echo, loss } = layers.at(x, z);
      tissue.echo[i] = echo;
      tissue.loss[i] = loss;
    });
    return { scan, layers, tissue };
  },
  anomaly: (random, { scan, layers }, kind, strength) =>
    randomBreastLesion(random, layers, scan.width, scan.depth, kind as BreastLesionKind, strength),
  render({ scan, tissue }, noise, lesion): Rendering {
    const { size } = scan;
    const picture = (data: Uint8Array): GrayImage => ({ width: size, height: size, channels: 1, data });
    const maps = { echo: tissue.echo.slice(), loss: tissue.loss.slice() };
    const mask = new Uint8Array(size * size);
    const touched = new Uint8Array(size * size);
    if (lesion) {
      const { shape, margin } = lesion;
      const reach = shape.reach + margin;
      forEachPixel(scan, (i, x, z) => {
        if (i >= size && touched[i - size] !== 0) touched[i] = 255; // everything below is shaded or brightened
        if (Math.abs(x - shape.x) > reach || Math.abs(z - shape.y) > reach) return;
        const depth = shape.depth(x, z);
        if (depth <= -margin) return;
        const { echo, loss } = lesion.at(x, z, depth, { echo: tissue.echo[i], loss: tissue.loss[i] });
        maps.echo[i] = echo;
        maps.loss[i] = loss;
        touched[i] = 255;
        if (depth > 0) mask[i] = 255;
      });
    }
    const spread = Math.ceil(4 * beamBlur(scan)) + pulseReach(scan);
    return { image: scanBreast(maps, scan, noise), mask: picture(mask), affected: picture(dilate(touched, size, spread)) };
  },
  metadata: ({ scan, layers }) => ({
    age: layers.age,
    density: rounded(layers.density, 2),
    width_mm: rounded(scan.width, 1),
    depth_mm: rounded(scan.depth, 1),
    focus_mm: rounded(scan.focus, 1),
    dynamic_range_db: rounded(scan.range, 0),
  }),
};

function forEachPixel({ size, width, depth }: BreastScan, visit: (index: number, x: number, z: number) => void): void {
  for (let py = 0; py < size; py++) {
    for (let px = 0; px < size; px++) visit(py * size + px, ((px + 0.5) * width) / size, ((py + 0.5) * depth) / size);
  }
}
