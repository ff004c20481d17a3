import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../common/errors';

/** An image of a downloaded data set, before it is given a side. */
export interface RawImage {
  file: string;
  /** Its path relative to the downloaded folder, with forward slashes. */
  source: string;
  label: 0 | 1;
  /** Mask files whose union marks what is abnormal. */
  masks: string[];
  /** Images of one patient stay on one side. */
  patient?: string;
  /** Extra keys for the image's line in the samples files. */
  metadata?: Record<string, unknown>;
}

/** Numbers of images on each side. */
export interface SplitCounts {
  train: number;
  testNormal: number;
  testAbnormal: number;
}

/** A file that was left out, and why. */
export interface Skipped {
  file: string;
  reason: string;
}

/** What a downloaded folder holds. */
export interface RawDataset {
  clsname: string;
  images: RawImage[];
  /** The counts of the published split; without them a third of the normal images is for training. */
  published?: SplitCounts;
  skipped: Skipped[];
  notes: string[];
}

/**
 * The names in a folder, sorted by code unit so that every machine has one order; subfolders and files apart. Files whose names begin with a
 * dot, which systems leave behind, are none.
 */
export function listFolder(dir: string): { folders: string[]; files: string[] } {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    throw new UserError(`${dir}: cannot be read (${reasonOf(error)})`);
  }
  const isFolder = (entry: fs.Dirent): boolean => {
    try {
      return entry.isDirectory() || (entry.isSymbolicLink() && fs.statSync(path.join(dir, entry.name)).isDirectory());
    } catch {
      return false; // a link to nothing, or to itself
    }
  };
  const names = (wanted: boolean): string[] =>
    entries
      .filter((entry) => isFolder(entry) === wanted)
      .map((entry) => entry.name)
      .sort();
  return { folders: names(true), files: names(false).filter(isShown) };
}

function isShown(name: string): boolean {
  return !name.startsWith('.');
}

/**
 * The files in a folder and in the folders within it, as paths relative to it, sorted; names that begin with a dot are none. A folder that is reached twice, through links, is read once.
 */
export function listTree(dir: string): string[] {
  const seen = new Set<string>();
  const walk = (at: string): string[] => {
    let real: string;
    try {
      real = fs.realpathSync(path.join(dir, at));
    } catch (error) {
      throw new UserError(
        `${path.join(dir, at)}: cannot be read (${reasonOf(error)}); it is gone, or its name is not valid UTF-8: rename it`,
      );
    }
    if (seen.has(real)) return [];
    seen.add(real);
    const { folders, files } = listFolder(path.join(dir, at));
    const below = (names: string[]): string[] => names.map((name) => path.join(at, name));
    return [...below(files), ...below(folders.filter(isShown)).flatMap(walk)];
  };
  return walk('');
}

/**
 * The folder that has all the subfolders `wanted` (in any case of letters): `from` itself or one directly in it, as
 * archives often unpack into a folder of their own.
 * @returns the absolute paths of the subfolders, in the order of `wanted`
 * @throws UserError that says what was expected and what was found.
 */
export function locateFolders(from: string, wanted: readonly string[]): { root: string; paths: string[] } {
  if (!fs.existsSync(from)) throw new UserError(`${from}: no such folder`);
  const { folders, files } = listFolder(from);
  for (const root of [from, ...folders.map((name) => path.join(from, name))]) {
    const inside = listFolder(root).folders;
    const paths = wanted.map((name) => inside.find((folder) => folder.toLowerCase() === name.toLowerCase()));
    if (paths.every((name) => name !== undefined)) return { root, paths: paths.map((name) => path.join(root, name as string)) };
  }
  const found = [...folders.map((name) => name + '/'), ...files];
  const shown = found.length === 0 ? 'nothing' : found.slice(0, 6).join(', ') + (found.length > 6 ? ` and ${found.length - 6} more` : '');
  throw new UserError(`${from}: expected the folders ${wanted.map((name) => name + '/').join(' and ')} in it, found ${shown}`);
}

/** A path relative to a folder, with forward slashes. */
export function relativeName(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}
