import path from 'node:path';
import { listFolder, locateFolders, relativeName, type RawDataset, type RawImage } from './raw';

const MASK = /^(.+)_mask(_\d+)?$/i;

/**
 * Breast Ultrasound Images (Al-Dhabyani et al. 2020): `normal/`, `benign/`, `malignant/`, each with `NAME.png` and its
 * masks `NAME_mask.png`, `NAME_mask_1.png`, ... The masks of normal images are empty and left out.
 */
export function findBusi(from: string): RawDataset {
  const kinds = ['normal', 'benign', 'malignant'] as const;
  const { paths } = locateFolders(from, kinds);
  const out: RawDataset = {
    clsname: 'busi',
    images: [],
    published: { train: 32, testNormal: 101, testAbnormal: 647 },
    skipped: [],
    notes: [],
  };
  kinds.forEach((kind, i) => {
    const dir = paths[i];
    const masks = new Map<string, string[]>();
    const { files } = listFolder(dir);
    const images = files.filter((name) => {
      const match = MASK.exec(path.parse(name).name);
      if (match) masks.set(match[1], [...(masks.get(match[1]) ?? []), path.join(dir, name)]);
      return !match;
    });
    for (const name of images) {
      const file = path.join(dir, name);
      const stem = path.parse(name).name;
      const image: RawImage = { file, source: relativeName(from, file), label: kind === 'normal' ? 0 : 1, masks: [] };
      if (kind !== 'normal') Object.assign(image, { masks: masks.get(stem) ?? [], metadata: { finding: kind } });
      masks.delete(stem);
      out.images.push(image);
    }
    for (const orphan of [...masks.values()].flat())
      out.skipped.push({ file: relativeName(from, orphan), reason: 'a mask without its image' });
  });
  return out;
}
