import { xmpOrientation } from '../stated-orientation';
import type { TiffDirectory } from './directory';
import { Tag } from './tags';

/** The orientation of an image, 1..8: that of its tag, else of its XMP. */
export function orientationOf(directory: TiffDirectory): number {
  const stated = directory.numbers(Tag.Orientation)?.[0] ?? xmpOrientation(directory.value(Tag.XMP)) ?? 1;
  return stated >= 1 && stated <= 8 ? stated : 1;
}
