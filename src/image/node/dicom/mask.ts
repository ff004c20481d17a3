import type { Raster } from '../../image';
import { NotRead } from '../../limits';
import type { PixelLayout } from './layout';
import type { StoredValues } from './stored-values';

/**
 * A grey frame as a mask: white wherever it does not show black, whatever its window. Black is the
 * stored value 0, and under MONOCHROME1 the largest value that the stored bits can hold.
 * @throws NotRead for MONOCHROME1 in which nothing shows black: the program that wrote it may have
 * meant 0 or another value
 */
export function markedPixels(stored: StoredValues, { columns: width, rows: height, photometric, bitsStored, signed }: PixelLayout): Raster {
  const inverted = photometric === 'MONOCHROME1';
  const black = inverted ? 2 ** (signed ? bitsStored - 1 : bitsStored) - 1 : 0;
  if (inverted && !stored.includes(black))
    throw new NotRead(`a DICOM mask in MONOCHROME1 without a pixel of ${black}, which is black there; save it as MONOCHROME2 or PNG`);
  return { width, height, channels: 1, data: Uint16Array.from(stored, (v) => (v === black ? 0 : 65535)) };
}
