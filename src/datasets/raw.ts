import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../common/errors';
import { checkFolderName } from '../common/node/staged-folder';
import type { ReadOptions } from '../image/node/image-file';
import type { Skipped, Slice, SliceGroup } from './slice';

export type { Skipped } from './slice';

/** An image of a downloaded data set, before it is assigned to a side. */
export interface RawImage {
  file: string;
  /** Its path relative to the downloaded folder, with forward slashes. */
  source: string;
  label: 0 | 1;
  /** Mask files whose union marks the abnormal pixels. */
  masks: string[];
  /** Whether the masks hold the levels of former JPEGs in another format. */
  maskLossy?: true;
  /** Whether its mask may have another size, of the same shape. */
  maskOfAnySize?: true;
  /** What the image shows, if not all images show the same. */
  clsname?: string;
  /** Images of one patient stay on one side. */
  patient?: string;
  /** The slice that the image is, if it is not a whole file that is copied. */
  slice?: Slice;
  /** How its file, and the files of its masks, are read. */
  reading?: ReadOptions;
  /** Extra keys for the image's line in the samples files. */
  metadata?: Record<string, unknown>;
}

/** Numbers of images on each side. */
export interface SplitCounts {
  train: number;
  testNormal: number;
  testAbnormal: number;
}

/** The content of a downloaded folder. */
export interface RawDataset {
  clsname: string;
  images: RawImage[];
  /**
   * The counts of the published split; without them, one third of the normal images is for
   * training.
   */
  published?: SplitCounts;
  skipped: Skipped[];
  notes: string[];
  /** The volumes, stacks and series of which images are slices. */
  groups?: SliceGroup[];
}

/**
 * Normalises Unicode form and case for comparing names, because archives and file systems change
 * both.
 */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/**
 * The name among `names` that `wanted` means: the same name, or else the one that differs only in
 * case or Unicode form.
 * @throws UserError if several names differ only so and none is the same
 */
export function findName(names: readonly string[], wanted: string, where: string): string | undefined {
  if (names.includes(wanted)) return wanted;
  const alike = names.filter((name) => foldName(name) === foldName(wanted));
  if (alike.length > 1) throw new UserError(`${where}: ${wanted} could mean ${alike.join(' or ')}; rename one of them`);
  return alike[0];
}

/**
 * A downloaded folder. Links out of it are refused unless `followLinks` is set; links inside are
 * followed.
 */
export class RawFolder {
  /** The folder as given, without a trailing separator. */
  readonly from: string;
  private readonly real: string;

  /** @throws UserError if there is no such folder */
  constructor(
    from: string,
    readonly followLinks = false,
  ) {
    checkFolderName('--from', from);
    const stat = statOf(from);
    if (stat === undefined) throw new UserError(`${from}: no such folder`);
    if (!stat.isDirectory()) throw new UserError(`${from}: is a file; unpack it and give the folder`);
    this.from = path.join(path.dirname(from), path.basename(from));
    this.real = fs.realpathSync(from);
  }

  /** A path relative to the folder, with forward slashes, as results name it. */
  name(file: string): string {
    return path.relative(this.from, file).split(path.sep).join('/');
  }

  /**
   * The names of the subfolders and of the files in a folder, sorted by code unit to have the same
   * order on every machine. Files whose names begin with a dot, which systems leave behind, are
   * left out. Links are not checked; {@link files} and {@link tree} check them.
   */
  list(dir: string): { folders: string[]; files: string[] } {
    let entries: fs.Dirent[];
    try {
      entries = fs.readdirSync(dir, { withFileTypes: true });
    } catch (error) {
      throw new UserError(`${dir}: cannot be read (${reasonOf(error)})`);
    }
    const isFolder = (entry: fs.Dirent): boolean =>
      entry.isDirectory() || (entry.isSymbolicLink() && statOf(path.join(dir, entry.name))?.isDirectory() === true);
    const names = (wanted: boolean): string[] =>
      entries
        .filter((entry) => isFolder(entry) === wanted)
        .map((entry) => entry.name)
        .sort();
    return { folders: names(true), files: names(false).filter(isShown) };
  }

  /** The files in a folder, sorted, without those in subfolders. */
  files(dir: string): string[] {
    this.check(dir);
    const { files } = this.list(dir);
    for (const name of files) this.check(path.join(dir, name));
    return files;
  }

  /**
   * The files in a folder and its subfolders, as sorted paths relative to the folder. Names that
   * begin with a dot are left out. A folder that is reached twice through links is read once.
   */
  tree(dir: string): string[] {
    const seen = new Set<string>();
    const walk = (at: string): string[] => {
      const here = path.join(dir, at);
      let real: string;
      try {
        real = fs.realpathSync(here);
      } catch (error) {
        throw new UserError(`${here}: cannot be read (${reasonOf(error)}); it no longer exists, or its name is not valid UTF-8: rename it`);
      }
      if (seen.has(real)) return [];
      seen.add(real);
      const below = (names: string[]): string[] => names.map((name) => path.join(at, name));
      return [...below(this.files(here)), ...below(this.list(here).folders.filter(isShown)).flatMap(walk)];
    };
    return walk('');
  }

  /**
   * Finds the subfolders `wanted` (in any case and Unicode form), in the downloaded folder itself
   * or in one folder directly in it, because archives often unpack into their own folder.
   * @returns the paths of the subfolders, in the order of `wanted`
   * @throws UserError that says what was expected and what was found
   */
  locate(wanted: readonly string[]): string[] {
    const { from } = this;
    const { folders, files } = this.list(from);
    for (const root of [from, ...folders.map((name) => path.join(from, name)).filter((dir) => !this.leadsOut(dir))]) {
      const inside = this.list(root).folders;
      const paths = wanted.map((name) => findName(inside, name, root));
      if (paths.every((name) => name !== undefined)) {
        const found = paths.map((name) => path.join(root, name as string));
        for (const dir of found) this.check(dir);
        return found;
      }
    }
    const found = [...folders.map((name) => name + '/'), ...files];
    const shown = found.length === 0 ? 'nothing' : found.slice(0, 6).join(', ') + (found.length > 6 ? ` and ${found.length - 6} more` : '');
    throw new UserError(`${from}: expected the folders ${wanted.map((name) => name + '/').join(' and ')} in it, found ${shown}`);
  }

  /**
   * The path of a file that a table in the folder names.
   * @throws UserError if the name is absolute or leaves the folder, or if a link leads out of it
   */
  resolve(root: string, name: string, where: string): string {
    const full = path.resolve(root, name);
    const leaves = name.includes('\0') || path.isAbsolute(name) || isOutside(path.resolve(this.from), full);
    if (leaves) throw new UserError(`${where}: the path ${JSON.stringify(name)} leaves its folder`);
    this.check(full);
    return full;
  }

  /**
   * @throws UserError if a file or folder is outside of the downloaded folder and links are not
   * followed
   */
  check(file: string): void {
    if (!this.leadsOut(file)) return;
    throw new UserError(
      `${file}: a link that leads out of ${this.from}, to ${fs.realpathSync(file)}; add --follow-links if this is intended, or remove it`,
    );
  }

  private leadsOut(file: string): boolean {
    if (this.followLinks) return false;
    try {
      return isOutside(this.real, fs.realpathSync(file));
    } catch {
      return false; // a link to nothing or to itself, which fails when it is read
    }
  }
}

function isShown(name: string): boolean {
  return !name.startsWith('.');
}

function isOutside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '..' || relative.startsWith('..' + path.sep) || path.isAbsolute(relative);
}

/** Undefined if the file does not exist or is a link to nothing or to itself. */
function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}
