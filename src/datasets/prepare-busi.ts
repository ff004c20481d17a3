import path from 'node:path';
import { MaskFinder } from './mask-names';
import type { RawDataset, RawFolder, RawImage } from './raw';

const MASK = /_mask(_\d+)?$/i;

/**
 * Breast Ultrasound Images (Al-Dhabyani et al. 2020): `normal/`, `benign/`, `malignant/`, each with
 * `NAME.png` and its masks `NAME_mask.png`, `NAME_mask_1.png`, ... The masks of normal images are
 * empty, so they are left out.
 */
export function findBusi(raw: RawFolder): RawDataset {
  const kinds = ['normal', 'benign', 'malignant'] as const;
  const out: RawDataset = {
    clsname: 'busi',
    images: [],
    published: { train: 32, testNormal: 101, testAbnormal: 647 },
    skipped: [],
    notes: [],
  };
  raw.locate(kinds).forEach((dir, i) => {
    const kind = kinds[i];
    const files = raw.files(dir);
    const isMask = (name: string): boolean => MASK.test(path.parse(name).name);
    const images = files.filter((name) => !isMask(name));
    const masks = files.filter(isMask);
    const finder = new MaskFinder(images, masks);
    const used = new Set<string>();
    for (const name of images) {
      const file = path.join(dir, name);
      const image: RawImage = { file, source: raw.name(file), label: kind === 'normal' ? 0 : 1, masks: [] };
      const own = finder.masksOf(name);
      for (const mask of own) used.add(mask);
      if (kind !== 'normal') Object.assign(image, { masks: own.map((mask) => path.join(dir, mask)), metadata: { finding: kind } });
      out.images.push(image);
    }
    for (const mask of masks)
      if (!used.has(mask)) out.skipped.push({ file: raw.name(path.join(dir, mask)), reason: 'a mask without its image' });
  });
  return out;
}
