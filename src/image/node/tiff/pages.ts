import { NotRead } from '../../limits';
import type { TiffDirectory } from './directory';
import { Tag } from './tags';

/** A page of a TIFF: its directory and the index of the directory, from 0. */
export interface TiffPage {
  directory: TiffDirectory;
  index: number;
}

/**
 * The images of a TIFF: all directories except copies of reduced size (pyramids, previews) and
 * transparency masks.
 */
export function tiffPages(directories: readonly TiffDirectory[]): TiffPage[] {
  const pages = directories
    .map((directory, index) => ({ directory, index }))
    .filter(({ directory }) => !isReduced(directory) && !isMask(directory));
  if (pages.length > 0) return pages;
  const [first] = directories;
  if (directories.length === 1 && !first.has(Tag.SubIFDs) && !first.has(Tag.DNGVersion)) return [{ directory: first, index: 0 }];
  throw new NotRead('a TIFF with previews only, like a raw file of a camera; export it as PNG, or as TIFF with one page');
}

/**
 * The number of images for which a single directory stands. ImageJ writes stacks so, and gives the
 * number in the description.
 */
export function statedPages(directory: TiffDirectory): number {
  const text = directory.text(Tag.ImageDescription);
  const stated = /^ImageJ=/.test(text) ? /^images=(\d+)\s*$/m.exec(text) : /"truncated": *true/.test(text) ? frontOfShape(text) : null;
  return Math.max(1, Number(stated?.[1] ?? 1));
}

/** The first number of a description such as {"shape": [3, 48, 64], "truncated": true}. */
function frontOfShape(text: string): RegExpExecArray | null {
  return /"shape": *\[(\d+), *\d+, *\d+(?:, *\d+)*\]/.exec(text);
}

function isReduced(directory: TiffDirectory): boolean {
  return (directory.number(Tag.NewSubfileType, 0) & 1) !== 0 || directory.number(Tag.SubfileType, 1) === 2;
}

function isMask(directory: TiffDirectory): boolean {
  return (directory.number(Tag.NewSubfileType, 0) & 4) !== 0;
}
