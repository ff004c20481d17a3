import path from 'node:path';
import { UserError } from '../../common/errors';
import { findName, type RawFolder } from '../raw';
import { addFolder, classFolders, subfolder, subfolders, type GivenSplit } from './given';

/** Folders of images and of masks within `good/` and `Ungood/`. */
const IMAGES = ['img', 'image', 'images'];
const MASKS = ['anomaly_mask', 'label', 'labels', 'mask', 'masks'];

/**
 * The layout of BMAD (Bao et al., CVPR Workshops 2024), of one data set or of a folder of them:
 * `train/good/`, `valid/{good,Ungood}/`, `test/{good,Ungood}/`. The images lie in these folders, or
 * in `img/` within them, with masks of the same names in `anomaly_mask/` or `label/` beside it.
 */
export function findBmad(raw: RawFolder): GivenSplit {
  const split: GivenSplit = { images: [], skipped: [] };
  for (const { dir, clsname } of classFolders(raw, ['test'])) {
    for (const [given, names] of [
      ['train', ['train']],
      ['valid', ['valid', 'val']],
      ['test', ['test']],
    ] as const) {
      const side = subfolder(raw, dir, ...names);
      if (side === undefined) continue;
      for (const name of subfolders(raw, side)) {
        const label = findName(['good', 'Ungood'], name, side);
        if (label === undefined) throw new UserError(`${path.join(side, name)}: expected only good/ and Ungood/ in ${side}`);
        addFolder(split, raw, { given, clsname, label: label === 'good' ? 0 : 1, ...contentOf(raw, path.join(side, name)) });
      }
      for (const name of raw.files(side)) split.skipped.push({ file: raw.name(path.join(side, name)), reason: 'not in good/ or Ungood/' });
    }
  }
  return split;
}

/** The images and masks of `good/` or `Ungood/`. */
function contentOf(raw: RawFolder, dir: string): { dir: string; images: string[]; masks?: { dir: string; files: string[] } } {
  const folders = subfolders(raw, dir);
  const inside = subfolder(raw, dir, ...IMAGES);
  const masks = subfolder(raw, dir, ...MASKS);
  const strange = folders.find((name) => ![inside, masks].includes(path.join(dir, name)));
  if (strange !== undefined) {
    throw new UserError(
      `${path.join(dir, strange)}: expected only a folder of images (${IMAGES[0]}/) and one of masks (${MASKS.slice(0, 2).join('/ or ')}/)`,
    );
  }
  const there = masks === undefined ? {} : { masks: { dir: masks, files: raw.tree(masks) } };
  if (inside === undefined) return { dir, images: raw.files(dir), ...there };
  const loose = raw.files(dir)[0];
  if (loose !== undefined)
    throw new UserError(`${path.join(dir, loose)}: lies beside the folder of images ${inside}; move it there or remove it`);
  return { dir: inside, images: raw.tree(inside), ...there };
}
