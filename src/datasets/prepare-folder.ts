import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { withoutVoxelFiles } from '../image/node/nifti/pair';
import { MaskFinder } from './mask-names';
import { cutSlices, type CutOptions } from './prepare-slices';
import { findName, foldName, type RawDataset, type RawFolder, type RawImage } from './raw';

/** Names of the folders of {@link findFolder}. */
export interface FolderNames {
  /** Default `normal`. */
  normal?: string;
  /** Default `abnormal`; the folder may be missing unless it is named here. */
  abnormal?: string;
  /** Default `masks`; the folder may be missing unless it is named here. */
  masks?: string;
  /** The class name; default: the name of the folder. */
  name?: string;
  /**
   * Whether each subfolder of the folders above is one patient, whose images stay on one side
   * (default false). Each image outside of a subfolder counts as its own patient. Slices of one
   * volume, and DICOM images with one patient id, stay together in any case.
   */
  byPatient?: boolean;
}

/**
 * Finds images that are sorted into folders, with or without subfolders: `normal/`, `abnormal/`
 * and, for some or all abnormal images, `masks/` with files that {@link MaskFinder} matches by
 * name.
 * @throws UserError also if `byPatient` is set but no image is in a patient's folder
 */
export async function findFolder(raw: RawFolder, names: FolderNames = {}, cut: CutOptions = {}, run: LongRun = {}): Promise<RawDataset> {
  const { from } = raw;
  const { normal = 'normal', abnormal = 'abnormal', masks = 'masks' } = names;
  const asked = [names.abnormal, names.masks].filter((name): name is string => name !== undefined);
  const [normalDir] = raw.locate([normal, ...asked]);
  const parent = path.dirname(normalDir);
  const sibling = (name: string): string | undefined => {
    const found = findName(raw.list(parent).folders, name, parent);
    return found === undefined ? undefined : path.join(parent, found);
  };
  const [abnormalDir, masksDir] = [sibling(abnormal), sibling(masks)];
  const maskNames = masksDir === undefined ? [] : withoutVoxelFiles(raw.tree(masksDir));
  const finder = new MaskFinder(abnormalDir === undefined ? [] : withoutVoxelFiles(raw.tree(abnormalDir)), maskNames);
  const out: RawDataset = { clsname: names.name ?? className(from), images: [], skipped: [], notes: [] };
  const used = new Set<string>();
  let inSubfolders = 0;
  const add = (dir: string, label: 0 | 1): void => {
    for (const name of raw.tree(dir)) {
      const file = path.join(dir, name);
      const own = label === 1 ? finder.masksOf(name) : [];
      for (const mask of own) used.add(mask);
      const maskFiles = own.map((mask) => path.join(masksDir as string, mask));
      const image: RawImage = { file, source: raw.name(file), label, masks: maskFiles };
      const folder = patientFolder(name);
      if (folder !== undefined) inSubfolders++;
      // archives may change the case or the Unicode form of a name, which still means the same
      // patient
      const patient = folder === undefined ? undefined : foldName(folder);
      out.images.push(names.byPatient && patient !== undefined ? { ...image, patient, metadata: { patient: folder } } : image);
    }
  };
  add(normalDir, 0);
  if (abnormalDir !== undefined) add(abnormalDir, 1);
  await cutSlices(out, cut, run);
  const identified = out.images.filter(({ slice }) => slice?.patient !== undefined).length;
  if (names.byPatient && inSubfolders === 0 && identified === 0) {
    throw new UserError(
      `${from}: no image is in a patient's folder; expected ${normal}/PATIENT/IMAGE or DICOM files with patient ids, or leave out --by-patient`,
    );
  }
  if (!names.byPatient && inSubfolders > 0 && identified === 0) {
    out.notes.push(
      `${inSubfolders} images are in subfolders; if each subfolder is a patient, --by-patient keeps a patient's images on one side`,
    );
  }
  for (const mask of maskNames) {
    if (used.has(mask)) continue;
    out.skipped.push({ file: raw.name(path.join(masksDir as string, mask)), reason: 'a mask without its abnormal image' });
  }
  return out;
}

/** The first folder in the path of an image: `patient-7` in `patient-7/scan/3.png`. */
function patientFolder(name: string): string | undefined {
  const parts = name.split(path.sep);
  return parts.length > 1 ? parts[0] : undefined;
}

/** A class name from the name of a folder.
 * @throws UserError if none can be made */
export function className(from: string): string {
  const name = path
    .basename(fs.realpathSync(from))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (name === '') throw new UserError(`${from}: no class name can be made from the folder's name; give one with --name`);
  return name;
}
