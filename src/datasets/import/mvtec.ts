import path from 'node:path';
import { UserError } from '../../common/errors';
import { foldName, type RawFolder } from '../raw';
import { addFolder, classFolders, subfolder, subfolders, type ClassFolder, type GivenSide, type GivenSplit } from './given';

/** Names that would be taken for a kind of anomaly, but surely mean normal images. */
const NORMAL_NAMES = ['normal', 'ok', 'healthy', 'negative', 'no', 'non-defective'];

/**
 * The layout of MVTec AD (Bergmann et al., CVPR 2019), of one class or of a folder of classes:
 * `train/good/`, `test/good/`, `test/KIND/` and `ground_truth/KIND/NAME_mask.png`; perhaps
 * `validation/good/`.
 */
export function findMvtec(raw: RawFolder): GivenSplit {
  const split: GivenSplit = { images: [], skipped: [] };
  for (const one of classFolders(raw, ['train', 'test'])) addClass(split, raw, one);
  return split;
}

function addClass(split: GivenSplit, raw: RawFolder, { dir, clsname }: ClassFolder): void {
  const truth = subfolder(raw, dir, 'ground_truth');
  const known = new Set<string>();
  for (const [given, names] of [
    ['train', ['train']],
    ['valid', ['validation', 'valid', 'val']],
    ['test', ['test']],
  ] as const) {
    const side = subfolder(raw, dir, ...names);
    if (side === undefined) continue;
    const kinds = subfolders(raw, side);
    checkKinds(side, kinds, given);
    for (const kind of kinds) {
      const images = path.join(side, kind);
      const label = foldName(kind) === 'good' ? 0 : 1;
      const masks = truth !== undefined && given === 'test' ? subfolder(raw, truth, kind) : undefined;
      if (masks !== undefined) known.add(masks);
      addFolder(split, raw, {
        given,
        clsname,
        label,
        dir: images,
        images: raw.tree(images),
        masks: masks === undefined ? undefined : { dir: masks, files: raw.tree(masks) },
        metadata: label === 1 ? { kind: kind.normalize('NFC') } : undefined,
      });
    }
    for (const name of raw.files(side))
      split.skipped.push({ file: raw.name(path.join(side, name)), reason: 'not in good/ or a folder of a kind' });
  }
  if (truth === undefined) return;
  const left = subfolders(raw, truth).filter((kind) => !known.has(path.join(truth, kind)));
  for (const kind of left) {
    for (const name of raw.tree(path.join(truth, kind))) {
      split.skipped.push({ file: raw.name(path.join(truth, kind, name)), reason: 'a mask without its image' });
    }
  }
}

function checkKinds(side: string, kinds: readonly string[], given: GivenSide): void {
  if (given === 'train' && !kinds.some((kind) => foldName(kind) === 'good')) {
    throw new UserError(`${side}: expected the folder good/ in it, found ${kinds.join(', ') || 'no folders'}`);
  }
  const misnamed = kinds.find((kind) => NORMAL_NAMES.includes(foldName(kind)));
  if (misnamed === undefined) return;
  throw new UserError(
    `${path.join(side, misnamed)}: would count as a kind of anomaly; normal images are in good/ in this layout: rename it`,
  );
}
