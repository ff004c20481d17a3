import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../common/errors';
import { MaskFinder } from '../mask-names';
import type { Reading } from '../reading';
import { findName, type RawFolder, type RawImage, type Skipped } from '../raw';

/** The side on which others put an image. */
export type GivenSide = 'train' | 'valid' | 'test';

/** An image of a split that others made. */
export interface GivenImage extends RawImage {
  given: GivenSide;
  clsname: string;
  /** The window with which it was read from a scanner file, in words, if that is known. */
  window?: string;
}

/** A split that others made, before its images are read. */
export interface GivenSplit {
  images: GivenImage[];
  skipped: Skipped[];
  /** How the scanner files were read from which the images were made, if that is known. */
  reading?: Reading;
}

/** The names by which lists and folders call the sides. */
const SIDES: Record<string, GivenSide> = { train: 'train', test: 'test', valid: 'valid', val: 'valid', validation: 'valid' };

/** The side that a name means; undefined for any other name. */
export function sideOf(name: string): GivenSide | undefined {
  const known = name.trim().toLowerCase();
  return Object.hasOwn(SIDES, known) ? SIDES[known] : undefined;
}

/** The folder of one class, and the name of that class. */
export interface ClassFolder {
  dir: string;
  clsname: string;
}

/**
 * The folders of the classes: the downloaded folder itself if it holds what every class has, else
 * those of its subfolders that do, in the order of their names.
 * @param wanted - the files or folders that every class has
 * @throws UserError if there are none
 */
export function classFolders(raw: RawFolder, wanted: readonly string[]): ClassFolder[] {
  const holdsAll = (dir: string): boolean => {
    const { folders, files } = raw.list(dir);
    return wanted.every((name) => findName([...folders, ...files], name, dir) !== undefined);
  };
  if (holdsAll(raw.from)) return [{ dir: raw.from, clsname: path.basename(fs.realpathSync(raw.from)).normalize('NFC') }];
  const classes = subfolders(raw, raw.from).filter((name) => holdsAll(path.join(raw.from, name)));
  if (classes.length > 0) return classes.map((name) => ({ dir: path.join(raw.from, name), clsname: name.normalize('NFC') }));
  throw new UserError(`${raw.from}: expected ${wanted.join(' and ')} in it, or folders of classes that hold these`);
}

/** The names of the subfolders, without hidden ones. Links out of the downloaded folder are refused. */
export function subfolders(raw: RawFolder, dir: string): string[] {
  raw.check(dir);
  const names = raw.list(dir).folders.filter((name) => !name.startsWith('.'));
  for (const name of names) raw.check(path.join(dir, name));
  return names;
}

/** The first subfolder with one of these names, in any case; undefined if there is none. */
export function subfolder(raw: RawFolder, dir: string, ...names: readonly string[]): string | undefined {
  const there = subfolders(raw, dir);
  const found = names.map((name) => findName(there, name, dir)).find((name) => name !== undefined);
  return found === undefined ? undefined : path.join(dir, found);
}

/** Images of one folder that are all alike in side, class and label. */
export interface FolderOfImages {
  given: GivenSide;
  clsname: string;
  label: 0 | 1;
  /** The images, as paths in `dir`. */
  dir: string;
  images: readonly string[];
  /** The masks, as paths in `dir`. */
  masks?: { dir: string; files: readonly string[] };
  metadata?: Record<string, unknown>;
}

/** Adds the images of a folder with the masks that have their names; masks without image are listed. */
export function addFolder(split: GivenSplit, raw: RawFolder, folder: FolderOfImages): void {
  const { given, clsname, label, dir, images, masks = { dir, files: [] }, metadata } = folder;
  const finder = new MaskFinder(images, masks.files);
  const used = new Set<string>();
  for (const name of images) {
    const file = path.join(dir, name);
    const own = finder.masksOf(name);
    for (const mask of own) used.add(mask);
    const masksOf = own.map((mask) => path.join(masks.dir, mask));
    split.images.push({ given, clsname, label, file, source: raw.name(file), masks: masksOf, ...(metadata && { metadata }) });
  }
  for (const mask of masks.files) {
    if (!used.has(mask)) split.skipped.push({ file: raw.name(path.join(masks.dir, mask)), reason: 'a mask without its image' });
  }
}
