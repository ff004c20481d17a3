import path from 'node:path';
import { listFolder, locateFolders, relativeName, type RawDataset, type RawImage } from './raw';

/** Brain MRI Images for Brain Tumor Detection (N. Chakrabarty, Kaggle): `yes/` with a tumour, `no/` without. */
export function findBrainMri(from: string): RawDataset {
  const { paths } = locateFolders(from, ['no', 'yes']);
  const images = paths.flatMap((dir, label) =>
    listFolder(dir).files.map((name): RawImage => {
      const file = path.join(dir, name);
      return { file, source: relativeName(from, file), label: label as 0 | 1, masks: [] };
    }),
  );
  return { clsname: 'brainmri', images, published: { train: 32, testNormal: 65, testAbnormal: 155 }, skipped: [], notes: [] };
}
