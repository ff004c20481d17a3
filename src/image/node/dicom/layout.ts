import { checkSize, NotRead } from '../../limits';
import type { DataSet } from './data-set';
import { nameOf, Tag } from './tags';

/** How the pixels of a file are stored. */
export interface PixelLayout {
  frames: number;
  rows: number;
  columns: number;
  samples: 1 | 3;
  photometric: Photometric;
  /** Uncompressed: each sample is stored separately for all pixels of a frame. */
  planar: boolean;
  bitsAllocated: 1 | 8 | 16 | 32;
  bitsStored: number;
  highBit: number;
  signed: boolean;
}

const SAMPLES = {
  MONOCHROME1: 1,
  MONOCHROME2: 1,
  'PALETTE COLOR': 1,
  RGB: 3,
  YBR_FULL: 3,
  YBR_FULL_422: 3,
  YBR_RCT: 3,
  YBR_ICT: 3,
} as const;
/** The meaning of the samples of a pixel. */
export type Photometric = keyof typeof SAMPLES;

/**
 * Reads the layout of the pixels.
 * @throws NotRead for kinds that are not supported, Error if the file contradicts itself
 */
export function pixelLayout(data: DataSet): PixelLayout {
  const rows = needed(data, Tag.Rows);
  const columns = needed(data, Tag.Columns);
  checkSize(columns, rows);
  const frames = data.has(Tag.NumberOfFrames) ? (data.decimal(Tag.NumberOfFrames) ?? 1) : 1;
  if (!Number.isSafeInteger(frames) || frames < 1) throw new Error(`NumberOfFrames is ${frames}`);
  const photometric = photometricOf(data);
  const samples = data.wordOf(Tag.SamplesPerPixel) ?? 1;
  if (samples !== SAMPLES[photometric]) throw new Error(`${samples} samples a pixel do not make ${photometric}`);
  const bitsAllocated = needed(data, Tag.BitsAllocated);
  if (bitsAllocated !== 1 && bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32)
    throw new NotRead(`a DICOM file with ${bitsAllocated} bits allocated a sample; supported are 1, 8, 16 and 32`);
  const bitsStored = data.wordOf(Tag.BitsStored) ?? bitsAllocated;
  const highBit = data.wordOf(Tag.HighBit) ?? bitsStored - 1;
  if (bitsStored < 1 || highBit < bitsStored - 1 || highBit >= bitsAllocated)
    throw new Error(`${bitsStored} bits stored up to bit ${highBit} do not fit ${bitsAllocated} allocated`);
  const signed = data.wordOf(Tag.PixelRepresentation) ?? 0;
  if (signed > 1) throw new Error(`PixelRepresentation is ${signed}`);
  if (samples === 3) checkColour(photometric, bitsAllocated, bitsStored, signed);
  const planar = data.wordOf(Tag.PlanarConfiguration) ?? 0;
  if (planar > 1) throw new Error(`PlanarConfiguration is ${planar}`);
  return {
    frames,
    rows,
    columns,
    samples,
    photometric,
    planar: samples === 3 && planar === 1,
    bitsAllocated,
    bitsStored,
    highBit,
    signed: signed === 1,
  };
}

function needed(data: DataSet, tag: number): number {
  const value = data.wordOf(tag);
  if (value === undefined) throw new Error(`${nameOf(tag)} is missing`);
  return value;
}

function photometricOf(data: DataSet): Photometric {
  const text = data.text(Tag.PhotometricInterpretation);
  if (text === undefined) throw new Error('PhotometricInterpretation is missing');
  if (Object.hasOwn(SAMPLES, text)) return text as Photometric;
  const shown = /^(YBR_PARTIAL_42[02]|HSV|ARGB|CMYK)$/.test(text) ? text : 'an unknown photometric interpretation';
  throw new NotRead(`a DICOM file with ${shown}; supported are ${Object.keys(SAMPLES).join(', ')}`);
}

function checkColour(photometric: Photometric, allocated: number, stored: number, signed: number): void {
  if (signed === 1 || allocated === 1)
    throw new NotRead(
      `a DICOM file with colours of ${allocated} bits${signed === 1 ? ' with sign' : ''}; supported are 8, 16 or 32 bits without sign`,
    );
  if ((photometric === 'YBR_FULL' || photometric === 'YBR_FULL_422') && (allocated !== 8 || stored !== 8))
    throw new NotRead(`a DICOM file with ${photometric} of ${stored} bits; supported are 8`);
}

/** Bits of a pixel that is stored uncompressed. */
export function bitsPerPixel({ bitsAllocated, samples, photometric }: PixelLayout): number {
  return photometric === 'YBR_FULL_422' ? 16 : bitsAllocated * samples;
}
