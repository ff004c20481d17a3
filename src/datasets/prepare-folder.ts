import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { groupByKey } from '../common/group';
import { listFolder, listTree, locateFolders, relativeName, type RawDataset, type RawImage } from './raw';

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
 * `masks/` with files of the same name but for the extension, or with `_mask`, `_mask_1`, ... added to it: at the same place within `masks/`
 * as the image within `abnormal/`, or anywhere where only one image has that name and one folder has masks of it. Where images differ in
 * their extension alone, a mask must have that too.
 * @throws UserError also where `byPatient` is wanted of images that lie in no folders of patients
 */
export function findFolder(from: string, names: FolderNames = {}): RawDataset {
  const { normal = 'normal', abnormal = 'abnormal', masks = 'masks' } = names;
  const asked = [names.abnormal, names.masks].filter((name): name is string => name !== undefined);
  const [normalDir] = locateFolders(from, [normal, ...asked]).paths;
  const parent = path.dirname(normalDir);
  const sibling = (name: string): string | undefined =>
    listFolder(parent).folders.find((folder) => folder.toLowerCase() === name.toLowerCase());
  const abnormalName = sibling(abnormal);
  const masksName = sibling(masks);
  const maskFiles = masksName === undefined ? [] : listTree(path.join(parent, masksName)).map((name) => path.join(parent, masksName, name));
  const maskOf =
    masksName === undefined || abnormalName === undefined
      ? (): string[] => []
      : maskFinder(listTree(path.join(parent, abnormalName)), maskFiles, path.join(parent, masksName));
  const out: RawDataset = { clsname: names.name ?? className(from), images: [], skipped: [], notes: [] };
  const used = new Set<string>();
  let within = 0;
  const add = (dir: string, label: 0 | 1): void => {
    for (const name of listTree(dir)) {
      const file = path.join(dir, name);
      const own = label === 1 ? maskOf(name) : [];
      for (const mask of own) used.add(mask);
      const image: RawImage = { file, source: relativeName(from, file), label, masks: own };
      const folder = patientFolder(name);
      if (folder !== undefined) within++;
      // one patient also where a name is spelt in another case, or its letters are composed in another way, as archives do
      const patient = folder?.normalize('NFC').toLowerCase();
      out.images.push(names.byPatient && patient !== undefined ? { ...image, patient, metadata: { patient: folder } } : image);
    }
  };
  add(normalDir, 0);
  if (abnormalName !== undefined) add(path.join(parent, abnormalName), 1);
  if (names.byPatient && within === 0) {
    throw new UserError(`${from}: no image lies in a folder of its patient; expected ${normal}/PATIENT/IMAGE, or leave out --by-patient`);
  }
  if (!names.byPatient && within > 0) {
    out.notes.push(
      `${within} images lie in folders within these; if each folder is a patient, --by-patient keeps a patient's images on one side`,
    );
  }
  for (const mask of maskFiles)
    if (!used.has(mask)) out.skipped.push({ file: relativeName(from, mask), reason: 'a mask without its abnormal image' });
  return out;
}

/** The first folder on the way to an image: `patient-7` of `patient-7/scan/3.png`. */
function patientFolder(name: string): string | undefined {
  const parts = name.split(path.sep);
  return parts.length > 1 ? parts[0] : undefined;
}

/** Finds the masks of an image, all by their paths within their folders. */
function maskFinder(images: readonly string[], masks: readonly string[], dir: string): (image: string) => string[] {
  const stem = (name: string): string => path.join(path.dirname(name), path.parse(name).name);
  const bare = (name: string): string => path.parse(name).name;
  const masksBy = (key: (name: string) => string): Map<string, string[]> =>
    groupByKey(masks, (mask) => key(path.relative(dir, mask)).replace(/_mask(_\d+)?$/i, ''));
  const [byPlace, byName] = [masksBy(stem), masksBy(bare)];
  const [placed, named] = [groupByKey(images, stem), groupByKey(images, bare)];
  return (image) => {
    const here = byPlace.get(stem(image)) ?? [];
    if ((placed.get(stem(image)) ?? []).length > 1) return here.filter((mask) => path.relative(dir, mask) === image);
    if (here.length > 0) return here;
    const elsewhere = byName.get(bare(image)) ?? [];
    const oneFolder = new Set(elsewhere.map((mask) => path.dirname(mask))).size === 1;
    return named.get(bare(image))?.length === 1 && oneFolder ? elsewhere : [];
  };
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
