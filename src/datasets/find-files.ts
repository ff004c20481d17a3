import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../common/errors';
import { resolveInside } from '../common/node/files';
import { groupByKey } from '../common/group';
import { imageIdentity } from '../image/node/image-identity';

/** The longest name in bytes. Longer names are refused before the file system is asked. */
const MAX_NAME = 4096;

/** A file that a samples file names. */
export interface FoundFile {
  /** Absolute path. */
  file: string;
  /** Relative to the data set, with forward slashes: `images/train/normal/0.png`. */
  path: string;
  /** Equal for all names of the same file, through hard or symbolic links. */
  identity: string;
}

/**
 * Finds the files that samples files name, in a data set's `images` folder or beside it. It also
 * accepts names with backslashes, as Windows writes them, absolute paths inside the data set, and
 * names that differ from the name of one file only in case or Unicode form.
 */
export class FileFinder {
  private readonly listed = new Map<string, Map<string, string[]>>();

  /**
   * @param options.places - folders in the data set in which names are looked up, in this order;
   *   default `images`, then the data set itself
   * @param options.followLinks - follow links that lead out of the data set; refused by default
   */
  constructor(
    private readonly dir: string,
    private readonly options: { places?: readonly string[]; followLinks?: boolean } = {},
  ) {}

  private get places(): readonly string[] {
    return this.options.places ?? ['images', ''];
  }

  /**
   * @param where - file and line of the name, for error messages
   * @returns undefined if there is no such file
   * @throws UserError if the name leads out of the data set, cannot be a file name, or could mean
   *   several files
   */
  find(name: string, where: string): FoundFile | undefined {
    if (Buffer.byteLength(name) > MAX_NAME) throw new UserError(`${where}: a name of ${Buffer.byteLength(name)} bytes is too long`);
    for (const spelling of this.spellings(name)) {
      const exact = this.exact(spelling, where);
      if (exact) return exact;
    }
    if (/^([A-Za-z]:)?[\\/]/.test(this.relative(name))) {
      const base = this.places[0] === '' ? this.dir : "the data set's images folder";
      throw new UserError(`${where}: the path ${quoted(name)} leaves its folder; write it relative to ${base}`);
    }
    for (const spelling of this.spellings(name)) {
      const similar = this.similar(spelling, where);
      if (similar) return similar;
    }
    return undefined;
  }

  /** A name as it is, and with forward slashes if it has backslashes. */
  private spellings(name: string): string[] {
    const plain = this.relative(name);
    return plain.includes('\\') ? [plain, plain.replaceAll('\\', '/')] : [plain];
  }

  /** Makes an absolute path into the data set relative to it; returns any other name unchanged. */
  private relative(name: string): string {
    if (!path.isAbsolute(name) || name.includes('\0')) return name;
    const places = [name];
    const roots = [this.dir];
    try {
      roots.push(fs.realpathSync(this.dir));
      places.push(path.join(fs.realpathSync(path.dirname(name)), path.basename(name)));
    } catch {
      // the folder does not exist: keep the name as it is
    }
    const inside = places.flatMap((place) => roots.map((root) => path.relative(root, place))).find((found) => !leaves(found));
    return inside ?? name;
  }

  private exact(name: string, where: string): FoundFile | undefined {
    if (path.isAbsolute(name)) return undefined;
    for (const candidate of this.candidates(name)) {
      const found = this.at(candidate, name, where);
      if (found) return found;
    }
    return undefined;
  }

  private candidates(name: string): string[] {
    return this.places.map((place) => (place === '' ? name : `${place}/${name}`));
  }

  private at(candidate: string, name: string, where: string): FoundFile | undefined {
    const file = this.resolve(candidate, name, where);
    try {
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      if (!stat?.isFile()) return undefined;
      const within = path.relative(this.dir, file).split(path.sep).join('/');
      return { file, path: within, identity: imageIdentity(file) };
    } catch (error) {
      throw new UserError(`${where}: the file ${quoted(name)} cannot be read (${explain(error)})`);
    }
  }

  private resolve(candidate: string, name: string, where: string): string {
    try {
      return resolveInside(this.dir, candidate, where);
    } catch (error) {
      const full = path.resolve(this.dir, candidate);
      if (!(error instanceof UserError) || name.includes('\0') || leaves(path.relative(this.dir, full))) throw error;
      if (this.options.followLinks) return full;
      const images = path.join(this.dir, 'images');
      const linked = fs.existsSync(images) && leaves(path.relative(fs.realpathSync(this.dir), fs.realpathSync(images)));
      throw new UserError(
        linked
          ? `${images}: is a link to ${fs.realpathSync(images)}, outside of the data set; move samples/ next to that folder and give the ` +
              'folder that holds both, or copy the images here'
          : `${where}: the path ${quoted(name)} leads out of its folder through a link; copy the file into the data set`,
      );
    }
  }

  /** The one file whose name differs only in case or Unicode form. */
  private similar(name: string, where: string): FoundFile | undefined {
    for (const candidate of this.candidates(name)) {
      const parts = path.normalize(candidate).split(path.sep);
      let found = [''];
      for (const part of parts) {
        found = found.flatMap((at) => (this.list(at).get(folded(part)) ?? []).map((entry) => path.join(at, entry)));
      }
      const files = found.map((at) => this.at(at, name, where)).filter((file): file is FoundFile => file !== undefined);
      if (files.length > 1) {
        throw new UserError(
          `${where}: ${quoted(name)} could be ${files[0].path} or ${files[1].path}; write the name exactly as the file has it`,
        );
      }
      if (files.length === 1) return files[0];
    }
    return undefined;
  }

  /** The names in a folder by their folded forms; empty if it is not a folder of the data set. */
  private list(at: string): Map<string, string[]> {
    let known = this.listed.get(at);
    if (!known) {
      let names: string[] = [];
      try {
        names = fs.readdirSync(resolveInside(this.dir, at || '.'));
      } catch {
        // a file, missing, or outside of the data set
      }
      known = groupByKey(names, folded);
      this.listed.set(at, known);
    }
    return known;
  }
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function leaves(relative: string): boolean {
  return relative === '..' || relative.startsWith('..' + path.sep) || path.isAbsolute(relative);
}

/** A name for an error message, shortened if it is long. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name);
}

function explain(error: unknown): string {
  const code = reasonOf(error);
  if (code === 'ENAMETOOLONG') return `${code}: the name is too long`;
  return code === 'ELOOP' ? `${code}: a link to itself` : code;
}
