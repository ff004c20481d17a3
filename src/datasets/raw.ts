import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../common/errors';
import { checkFolderName } from '../common/node/staged-folder';

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

/** A name as it is compared: one Unicode form and one case, since archives and file systems change both. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/**
 * The name among `names` that is meant by `wanted`: itself, else the one that differs in case or Unicode form alone.
 * @throws UserError where several differ so, and none is the same
 */
export function findName(names: readonly string[], wanted: string, where: string): string | undefined {
  if (names.includes(wanted)) return wanted;
  const alike = names.filter((name) => foldName(name) === foldName(wanted));
  if (alike.length > 1) throw new UserError(`${where}: ${alike.join(' and ')} could both be meant by ${wanted}; give one another name`);
  return alike[0];
}

/** A downloaded folder. Links out of it are refused unless `followLinks` is set; links inside are followed. */
export class RawFolder {
  /** The folder as it was given, without a separator at its end. */
  readonly from: string;
  private readonly real: string;

  /** @throws UserError where there is no such folder */
  constructor(
    from: string,
    readonly followLinks = false,
  ) {
    checkFolderName('--from', from);
    const stat = statOf(from);
    if (stat === undefined) throw new UserError(`${from}: no such folder`);
    if (!stat.isDirectory()) throw new UserError(`${from}: is a file; unpack it, and give the folder`);
    this.from = path.join(path.dirname(from), path.basename(from));
    this.real = fs.realpathSync(from);
  }

  /** A path relative to the folder, with forward slashes: how results name it. */
  name(file: string): string {
    return path.relative(this.from, file).split(path.sep).join('/');
  }

  /**
   * The names in a folder, sorted by code unit so that every machine has one order; subfolders and files apart. Files whose names begin
   * with a dot, which systems leave behind, are none. Links are not looked at: {@link files} and {@link tree} do.
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

  /** The files in a folder, sorted, without those in folders within it. */
  files(dir: string): string[] {
    this.check(dir);
    const { files } = this.list(dir);
    for (const name of files) this.check(path.join(dir, name));
    return files;
  }

  /**
   * The files in a folder and in the folders within it, as paths relative to it, sorted; names that begin with a dot are none. A folder that
   * is reached twice, through links, is read once.
   */
  tree(dir: string): string[] {
    const seen = new Set<string>();
    const walk = (at: string): string[] => {
      const here = path.join(dir, at);
      let real: string;
      try {
        real = fs.realpathSync(here);
      } catch (error) {
        throw new UserError(`${here}: cannot be read (${reasonOf(error)}); it is gone, or its name is not valid UTF-8: rename it`);
      }
      if (seen.has(real)) return [];
      seen.add(real);
      const below = (names: string[]): string[] => names.map((name) => path.join(at, name));
      return [...below(this.files(here)), ...below(this.list(here).folders.filter(isShown)).flatMap(walk)];
    };
    return walk('');
  }

  /**
   * The folder that has all the subfolders `wanted` (in any case of letters and Unicode form): the downloaded folder itself or one directly
   * in it, as archives often unpack into a folder of their own.
   * @returns the paths of the subfolders, in the order of `wanted`
   * @throws UserError that says what was expected and what was found.
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
   * A file that a table in the folder names.
   * @throws UserError where the name is absolute or leaves the folder, or a link leads out of it
   */
  resolve(root: string, name: string, where: string): string {
    const full = path.resolve(root, name);
    const leaves = name.includes('\0') || path.isAbsolute(name) || isOutside(path.resolve(this.from), full);
    if (leaves) throw new UserError(`${where}: the path ${JSON.stringify(name)} leaves its folder`);
    this.check(full);
    return full;
  }

  /** @throws UserError where a file or folder lies outside of the downloaded folder, and links are not to be followed */
  check(file: string): void {
    if (!this.leadsOut(file)) return;
    throw new UserError(
      `${file}: a link that leads out of ${this.from}, to ${fs.realpathSync(file)}; add --follow-links if it is meant, or remove it`,
    );
  }

  private leadsOut(file: string): boolean {
    if (this.followLinks) return false;
    try {
      return isOutside(this.real, fs.realpathSync(file));
    } catch {
      return false; // a link to nothing or to itself, which reading finds
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

/** Nothing where there is nothing, or a link to nothing or to itself. */
function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}
