import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { listFolder, locateFolders, relativeName, type RawDataset, type RawImage } from './raw';

/** Names of the folders of {@link findFolder}. */
export interface FolderNames {
  /** Default `normal`. */
  normal?: string;
  /** Default `abnormal`; may be missing unless it is named here. */
  abnormal?: string;
  /** Default `masks`; may be missing. */
  masks?: string;
  /** The class name; default: the name of the folder. */
  name?: string;
}

/**
 * Any images sorted into folders: `normal/`, `abnormal/` and, for some or all abnormal images, `masks/` with files of the
 * same name but for the extension, or with `_mask` added to it.
 */
export function findFolder(from: string, names: FolderNames = {}): RawDataset {
  const { normal = 'normal', abnormal = 'abnormal', masks = 'masks' } = names;
  const [normalDir] = locateFolders(from, names.abnormal ? [normal, abnormal] : [normal]).paths;
  const parent = path.dirname(normalDir);
  const sibling = (name: string): string | undefined =>
    listFolder(parent).folders.find((folder) => folder.toLowerCase() === name.toLowerCase());
  const abnormalName = sibling(abnormal);
  const masksName = sibling(masks);
  const maskFiles = masksName === undefined ? new Map<string, string>() : masksByStem(path.join(parent, masksName));
  const out: RawDataset = { clsname: names.name ?? className(from), images: [], skipped: [], notes: [] };
  const used = new Set<string>();
  const add = (dir: string, label: 0 | 1): void => {
    for (const name of listFolder(dir).files) {
      const file = path.join(dir, name);
      const mask = label === 1 ? maskFiles.get(path.parse(name).name) : undefined;
      if (mask !== undefined) used.add(mask);
      const image: RawImage = { file, source: relativeName(from, file), label, masks: mask === undefined ? [] : [mask] };
      out.images.push(image);
    }
  };
  add(normalDir, 0);
  if (abnormalName !== undefined) add(path.join(parent, abnormalName), 1);
  for (const mask of maskFiles.values())
    if (!used.has(mask)) out.skipped.push({ file: relativeName(from, mask), reason: 'a mask without its abnormal image' });
  return out;
}

function masksByStem(dir: string): Map<string, string> {
  return new Map(listFolder(dir).files.map((name) => [path.parse(name).name.replace(/_mask$/i, ''), path.join(dir, name)]));
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
