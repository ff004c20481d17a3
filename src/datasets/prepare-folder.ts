import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { MaskFinder } from './mask-names';
import { findName, foldName, type RawDataset, type RawFolder, type RawImage } from './raw';

/** Names of the folders of {@link findFolder}. */
export interface FolderNames {
  /** Default `normal`. */
  normal?: string;
  /** Default `abnormal`; may be missing unless it is named here. */
  abnormal?: string;
  /** Default `masks`; may be missing unless it is named here. */
  masks?: string;
  /** The class name; default: the name of the folder. */
  name?: string;
  /** The folders within those above are patients: all images of one stay on one side. Loose images are of as many patients. Default false. */
  byPatient?: boolean;
}

/**
 * Any images sorted into folders, with folders within them or without: `normal/`, `abnormal/` and, for some or all abnormal images,
 * `masks/` with files that {@link MaskFinder} tells by their names.
 * @throws UserError also where `byPatient` is wanted of images that lie in no folders of patients
 */
export function findFolder(raw: RawFolder, names: FolderNames = {}): RawDataset {
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
  const maskNames = masksDir === undefined ? [] : raw.tree(masksDir);
  const finder = new MaskFinder(abnormalDir === undefined ? [] : raw.tree(abnormalDir), maskNames);
  const out: RawDataset = { clsname: names.name ?? className(from), images: [], skipped: [], notes: [] };
  const used = new Set<string>();
  let within = 0;
  const add = (dir: string, label: 0 | 1): void => {
    for (const name of raw.tree(dir)) {
      const file = path.join(dir, name);
      const own = label === 1 ? finder.masksOf(name) : [];
      for (const mask of own) used.add(mask);
      const masksOwn = own.map((mask) => path.join(masksDir as string, mask));
      const image: RawImage = { file, source: raw.name(file), label, masks: masksOwn };
      const folder = patientFolder(name);
      if (folder !== undefined) within++;
      // one patient also where a name is spelt in another case, or its letters are composed in another way, as archives do
      const patient = folder === undefined ? undefined : foldName(folder);
      out.images.push(names.byPatient && patient !== undefined ? { ...image, patient, metadata: { patient: folder } } : image);
    }
  };
  add(normalDir, 0);
  if (abnormalDir !== undefined) add(abnormalDir, 1);
  if (names.byPatient && within === 0) {
    throw new UserError(`${from}: no image lies in a folder of its patient; expected ${normal}/PATIENT/IMAGE, or leave out --by-patient`);
  }
  if (!names.byPatient && within > 0) {
    out.notes.push(
      `${within} images lie in folders within these; if each folder is a patient, --by-patient keeps a patient's images on one side`,
    );
  }
  for (const mask of maskNames) {
    if (used.has(mask)) continue;
    out.skipped.push({ file: raw.name(path.join(masksDir as string, mask)), reason: 'a mask without its abnormal image' });
  }
  return out;
}

/** The first folder on the way to an image: `patient-7` of `patient-7/scan/3.png`. */
function patientFolder(name: string): string | undefined {
  const parts = name.split(path.sep);
  return parts.length > 1 ? parts[0] : undefined;
}

function className(from: string): string {
  const name = path
    .basename(fs.realpathSync(from))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (name === '') throw new UserError(`${from}: no class name can be made of the folder's name; give one with --name`);
  return name;
}
