import path from 'node:path';
import type { RawDataset, RawFolder, RawImage } from './raw';

/**
 * Brain MRI Images for Brain Tumor Detection (N. Chakrabarty, Kaggle): `yes/` with a tumour, `no/`
 * without one.
 */
export function findBrainMri(raw: RawFolder): RawDataset {
  const images = raw.locate(['no', 'yes']).flatMap((dir, label) =>
    raw.files(dir).map((name): RawImage => {
      const file = path.join(dir, name);
      return { file, source: raw.name(file), label: label as 0 | 1, masks: [] };
    }),
  );
  return { clsname: 'brainmri', images, published: { train: 32, testNormal: 65, testAbnormal: 155 }, skipped: [], notes: [] };
}
