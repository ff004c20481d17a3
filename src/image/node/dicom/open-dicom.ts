import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { decodeWithin } from '../budget';
import type { Raster } from '../../image';
import { NotRead } from '../../limits';
import type { ReadOptions, StoredFrames } from '../stored-frames';
import { parseWindow } from '../../window';
import { colours, interleaved, palette, withoutPairs } from './colour';
import { decompress } from './decompress';
import { compressedFrames, nativeFrames } from './frame-bytes';
import { FrameValues } from './frame-values';
import { GreyMapping } from './grey';
import { checkPixels } from './kinds';
import { pixelLayout, type PixelLayout } from './layout';
import { markedPixels } from './mask';
import { parseDicom, type DicomFile } from './parse';
import { orderOf, sourceOf, spacingOf } from './place';
import { storedBits, storedValues, type StoredValues } from './stored-values';
import { Tag } from './tags';

/**
 * Opens a DICOM file. Grey frames become levels of 16 bits by the modality's table or slope and
 * intercept, then the window; colours keep their bits. Overlays, ICC profiles and presentation
 * tables are not applied.
 * @throws NotRead for unsupported kinds, Error for damage
 */
export function openDicom(bytes: Buffer, { window: text, as = 'image' }: ReadOptions): StoredFrames {
  const choice = text === undefined ? undefined : parseWindow(text);
  const file = parseDicom(bytes);
  const { data } = file;
  checkPixels(file);
  const layout = pixelLayout(data);
  const stored = storedFrames(file, layout);
  const { frames, columns: width, rows: height, photometric, bitsStored: bits } = layout;
  const perFrame = data.items(Tag.PerFrameFunctionalGroupsSequence);
  const values = new FrameValues(data, data.item(Tag.SharedFunctionalGroupsSequence), perFrame);
  const grey = photometric.startsWith('MONOCHROME') ? new GreyMapping(data, layout, values, choice) : undefined;
  const ranges = new Map<number, string>();
  const rasterOf = async (i: number): Promise<Raster> => {
    const found = await stored(i);
    if (as === 'mask' && grey) return markedPixels(found, layout);
    if (!grey) return photometric === 'PALETTE COLOR' ? palette(found, data, layout) : colours(found, layout);
    const { levels, words } = grey.levels(found, i);
    ranges.set(i, words);
    return { width, height, channels: 1, data: levels };
  };
  // Memory for the bytes of a frame, as words of another order, its stored values, and its levels.
  const perPixel = layout.samples * (3 * (layout.bitsAllocated / 8) + 8 + 2);
  return {
    frames,
    width,
    height,
    channels: grey ? 1 : 3,
    bits,
    spacing: spacingOf(data, values),
    source: sourceOf(data),
    order: orderOf(frames, perFrame, values),
    window: grey && ((i) => ranges.get(i) ?? grey.words(i)),
    frame: (i) =>
      decodeWithin(width, height, perPixel, async () => {
        await eventLoopTurn(); // decoding is synchronous, and Ctrl-C would wait for the last of many frames
        return { raster: await rasterOf(i), indexed: false, orientation: 1 };
      }),
  };
}

/** The stored values of each frame, the samples of a colour next to each other. */
function storedFrames({ data, syntax }: DicomFile, layout: PixelLayout): (i: number) => Promise<StoredValues> {
  const { samples, bitsAllocated, photometric, planar } = layout;
  const pixels = layout.rows * layout.columns;
  const count = pixels * samples;
  const fragments = data.elements.get(Tag.PixelData)?.fragments;
  const { codec } = syntax;
  if (codec) {
    if (!fragments) throw new Error('its pixel data is not compressed, as its transfer syntax states');
    if (bitsAllocated === 1) throw new NotRead('a DICOM file with compressed pixels of 1 bit; export it uncompressed');
    if (codec === 'rle' && photometric === 'YBR_FULL_422')
      throw new NotRead('a DICOM file with YBR_FULL_422 in RLE; export it uncompressed');
    const frame = compressedFrames(data, fragments, layout.frames);
    return async (i) => {
      const decoded = await decompress(frame(i), codec, layout);
      return storedValues(decoded, count, Math.floor(decoded.length / count), true, layout);
    };
  }
  if (fragments) throw new Error('its pixel data is compressed, other than its transfer syntax states');
  if (photometric === 'YBR_FULL_422' && layout.columns % 2 !== 0)
    throw new Error(`${layout.columns} columns of YBR_FULL_422, which stores pixels in pairs`);
  const frame = nativeFrames(data, layout);
  return async (i) => {
    const { bytes, shift } = frame(i);
    if (bitsAllocated === 1) return storedBits(bytes, count, shift);
    const samplesOf =
      photometric === 'YBR_FULL_422' ? withoutPairs(bytes, pixels) : planar ? interleaved(bytes, pixels, bitsAllocated / 8) : bytes;
    return storedValues(samplesOf, count, bitsAllocated / 8, data.little, layout);
  };
}
