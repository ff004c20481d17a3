import { NotRead } from '../../limits';
import { NONE } from './compression';
import type { TiffBytes, TiffDirectory } from './directory';
import { tiffLayout } from './layout';
import { orientationOf } from './orientation';
import { statedPages, tiffPages, type TiffPage } from './pages';
import { Tag } from './tags';

/**
 * The pages of a TIFF, each with its own directory. Programs such as ImageJ write a stack with one
 * directory, and the pixels of all its pages one after another.
 * @throws NotRead if pages differ in size or kind, or show several channels
 */
export function stackPages(source: TiffBytes): TiffPage[] {
  const pages = tiffPages(source.directories());
  const [first] = pages;
  const all = pages.length > 1 ? pages : contiguousPages(source, first, statedPages(first.directory));
  if (all.length === 1) return all;
  checkOneChannel(first.directory);
  const [kind, ...others] = all.map(({ directory }) => kindOf(directory));
  const odd = others.findIndex((other) => other !== kind);
  if (odd >= 0)
    throw new NotRead(
      `a TIFF whose pages are no stack: page ${odd + 1} (from 0) has ${others[odd]}, the first ${kind}; save each as a separate file`,
    );
  return all;
}

function kindOf(directory: TiffDirectory): string {
  const { width, height, samples, bits, kind } = tiffLayout(directory);
  const turned = orientationOf(directory);
  return `${width} x ${height} pixels of ${samples} samples of ${bits} bits (${kind}${turned === 1 ? '' : `, orientation ${turned}`})`;
}

/** The pages of a directory that stands for `count`: its own pixels, then those of the others. */
function contiguousPages(source: TiffBytes, { directory, index }: TiffPage, count: number): TiffPage[] {
  if (count === 1) return [{ directory, index }];
  const { width, height, samples, bits, compression, planar } = tiffLayout(directory);
  const offsets = directory.numbers(Tag.StripOffsets) ?? [];
  const counts = directory.numbers(Tag.StripByteCounts) ?? [];
  const together = offsets.every((at, i) => i === 0 || at === offsets[i - 1] + counts[i - 1]);
  if (compression !== NONE || planar || (width * samples * bits) % 8 !== 0 || offsets.length === 0 || !together) {
    throw new NotRead(`a TIFF that states ${count} images but has a directory for one; save it as a TIFF with one directory a page`);
  }
  const size = (width * height * samples * bits) / 8;
  source.check(offsets[0], count * size);
  return Array.from({ length: count }, (_, i) => ({
    index,
    directory: directory.with({
      [Tag.StripOffsets]: [offsets[0] + i * size],
      [Tag.StripByteCounts]: [size],
      [Tag.RowsPerStrip]: [height],
    }),
  }));
}

/** @throws NotRead if ImageJ or OME says that pages are channels of one slice */
function checkOneChannel(directory: TiffDirectory): void {
  const text = directory.text(Tag.ImageDescription);
  const stated = /^ImageJ=/.test(text) ? /^channels=(\d+)\s*$/m.exec(text) : /\bSizeC="(\d+)"/.exec(text);
  const channels = Number(stated?.[1] ?? 1);
  if (channels > 1)
    throw new NotRead(
      `a TIFF stack of ${channels} channels; save each channel as a separate stack (if its pages are slices, say so when saving: axes ZYX)`,
    );
}

/** The series of volumes that ImageJ or OME states: slices of one, then those of the next. */
export function volumesOf(pages: readonly TiffPage[]): number {
  if (pages.length === 1) return 1;
  const text = pages[0].directory.text(Tag.ImageDescription);
  const number = (imageJ: RegExp, ome: RegExp): number => Number((/^ImageJ=/.test(text) ? imageJ : ome).exec(text)?.[1] ?? 1);
  const times = number(/^frames=(\d+)\s*$/m, /\bSizeT="(\d+)"/);
  const slices = number(/^slices=(\d+)\s*$/m, /\bSizeZ="(\d+)"/);
  if (times <= 1 || slices <= 1) return 1;
  if (times * slices !== pages.length || (!/^ImageJ=/.test(text) && !/DimensionOrder="XY(CZT|ZCT|ZTC)"/.test(text)))
    throw new NotRead(`a TIFF of ${pages.length} pages that states ${slices} slices at ${times} times; save each time as a separate stack`);
  return times;
}
