import sharp from 'sharp';
import type { DecodedImage } from '../image/node/decode';
import type { Raster } from '../image/image';

/**
 * Properties of an image that do not depend on what it shows: how its file was made and the range
 * of its greys. Most of them are invisible in a viewer. A value is a number that can be compared,
 * or one of a few words.
 */
export interface ImageTraits {
  /** File type: `png`. */
  format: string;
  /** Bits per sample, as stored. */
  bits: number;
  /** Bits that the values need: 12 of 16 if none is above 4095 or all are multiples of 16. */
  bitsUsed: number;
  /** `grey`, `colour`, `grey stored as colour` or `palette`. */
  colour: string;
  width: number;
  height: number;
  /** Width divided by height. */
  aspect: number;
  /** Kinds of data in addition to the pixels: `EXIF, colour profile`. */
  metadata: string;
  /** Dots per inch stated in the file; 0 if there are none. */
  density: number;
  /** Whether the file has an opacity channel. */
  opacity: string;
  /** The orientation in which the file is stored, 1..8. */
  orientation: string;
  /** JPEG only: mean quantisation divisor of the brightness; higher is coarser. */
  jpegDivisor?: number;
  /** JPEG only: how colours are stored, and whether the file is progressive. */
  jpegKind?: string;
  /** Size of the file in bytes. */
  bytes: number;
  bytesPerPixel: number;
  /** Lowest and highest grey, as a share of the largest value that samples can hold. */
  darkest: number;
  brightest: number;
  /** Share of the pixels that are 0, and share of those that have the largest value. */
  shareBlack: number;
  shareWhite: number;
  /**
   * How often the step between neighbours exceeds the steps next to it: the rate at the borders of
   * 8 x 8 blocks divided by the rate elsewhere. Above 1 if an image was once a JPEG, in whatever
   * format it is now.
   */
  blockiness: number;
  /**
   * Mean second difference between neighbours divided by the mean first difference: lower if an
   * image was blurred or enlarged.
   */
  sharpness: number;
}

/** Bit depths that devices and programs write. */
const DEPTHS = [1, 2, 4, 8, 10, 12, 14, 16];

/** The traits of a decoded image. Reads the file's header again, and the pixels once. */
export async function imageTraits(bytes: Buffer, image: DecodedImage): Promise<ImageTraits> {
  const { raster, format } = image;
  const meta = await metadataOf(bytes);
  const { width, height } = raster;
  const greys = greyTraits(raster);
  const deep = raster.data instanceof Uint16Array;
  const bits = deep ? (meta?.bitsPerSample ?? 16) : format === 'bmp' ? Math.min(8, bytes.readUInt16LE(28)) : (meta?.bitsPerSample ?? 8);
  const traits: ImageTraits = {
    format,
    bits,
    bitsUsed: deep ? greys.bitsUsed : bits,
    colour: image.indexed && bits > 1 ? 'palette' : raster.channels === 1 ? 'grey' : greys.coloured ? 'colour' : 'grey stored as colour',
    width,
    height,
    aspect: Number((width / height).toFixed(4)),
    metadata: metadataNames(meta),
    density: meta?.density ?? 0,
    opacity: image.alpha ? 'yes' : 'no',
    orientation: String(image.orientation),
    bytes: bytes.length,
    bytesPerPixel: bytes.length / (width * height),
    darkest: greys.darkest,
    brightest: greys.brightest,
    shareBlack: greys.shareBlack,
    shareWhite: greys.shareWhite,
    ...stepTraits(image),
  };
  if (format === 'jpeg') {
    const divisor = jpegDivisor(bytes);
    if (divisor !== undefined) traits.jpegDivisor = divisor;
    traits.jpegKind = [meta?.chromaSubsampling, meta?.isProgressive ? 'progressive' : 'baseline'].filter(Boolean).join(' ');
  }
  return traits;
}

async function metadataOf(bytes: Buffer): Promise<sharp.Metadata | undefined> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch {
    return undefined; // a format that sharp does not decode
  }
}

function metadataNames(meta: sharp.Metadata | undefined): string {
  if (!meta) return 'none';
  const kinds = { EXIF: meta.exif, XMP: meta.xmp, IPTC: meta.iptc, 'colour profile': meta.icc } as const;
  const names: string[] = Object.entries(kinds).flatMap(([name, data]) => (data ? [name] : []));
  return names.join(', ') || 'none';
}

/** How far the channels of a grey pixel may differ, of 255 levels: JPEG compression tints some. */
const TINT = 24;

interface GreyTraits extends Pick<ImageTraits, 'darkest' | 'brightest' | 'shareBlack' | 'shareWhite' | 'bitsUsed'> {
  coloured: boolean;
}

function greyTraits({ channels, data }: Raster): GreyTraits {
  const most = data instanceof Uint16Array ? 65535 : 255;
  const tint = (TINT * most) / 255;
  let [low, high, set, black, white, tinted] = [most, 0, 0, 0, 0, 0];
  let expanded = true; // 8 bits written as 16: v * 257
  for (let i = 0; i < data.length; i += channels) {
    const first = data[i];
    let [least, greatest] = [first, first];
    for (let c = 1; c < channels; c++) {
      const v = data[i + c];
      if (v < least) least = v;
      else if (v > greatest) greatest = v;
    }
    if (least < low) low = least;
    if (greatest > high) high = greatest;
    if (greatest === 0) black++;
    if (least === most) white++;
    if (greatest - least > tint) tinted++;
    set |= least | greatest;
    expanded &&= least % 257 === 0 && greatest % 257 === 0;
  }
  const pixels = data.length / channels;
  const zeros = set === 0 ? 0 : 31 - Math.clz32(set & -set); // low bits that are 0 in all values
  const needed = expanded ? 8 : 32 - Math.clz32(set) - zeros;
  return {
    darkest: low / most,
    brightest: high / most,
    shareBlack: black / pixels,
    shareWhite: white / pixels,
    coloured: tinted / pixels > 1e-3,
    bitsUsed: DEPTHS.find((depth) => depth >= Math.max(8, needed)) ?? 16,
  };
}

/**
 * Traits of the first channel, along the rows of the image as stored: after a rotation by 180
 * degrees, the blocks begin elsewhere.
 */
function stepTraits({ raster, orientation }: DecodedImage): Pick<ImageTraits, 'blockiness' | 'sharpness'> {
  const { width, height, channels, data } = raster;
  const turned = orientation >= 5;
  const [across, down] = turned ? [width * channels, channels] : [channels, width * channels];
  const [columns, rows] = turned ? [height, width] : [width, height];
  const mirrored = [2, 3, 7, 8].includes(orientation);
  const peaks = { border: 0, elsewhere: 0 };
  const places = { border: 0, elsewhere: 0 };
  let [first, second] = [0, 0];
  for (let y = 0; y < rows; y++) {
    let at = y * down + across;
    let [before, step] = [0, columns > 1 ? data[at] - data[at - across] : 0];
    for (let x = 1; x + 1 < columns; x++, at += across) {
      const next = data[at + across] - data[at];
      first += Math.abs(step);
      second += Math.abs(next - step);
      if (x > 1) {
        const where = (mirrored ? columns - x : x) % 8 === 0 ? 'border' : 'elsewhere';
        places[where]++;
        if (Math.abs(step) > Math.abs(before) && Math.abs(step) > Math.abs(next)) peaks[where]++;
      }
      [before, step] = [step, next];
    }
  }
  const blockiness = peaks.elsewhere === 0 || places.border === 0 ? 1 : peaks.border / places.border / (peaks.elsewhere / places.elsewhere);
  return { blockiness, sharpness: first === 0 ? 0 : second / first };
}

/**
 * Mean of a JPEG's first quantisation table, the one for brightness; undefined if there is none
 * before the first scan.
 */
export function jpegDivisor(bytes: Buffer): number | undefined {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (marker === 0xda) return undefined;
    if (marker === 0xdb) {
      const wide = bytes[at + 4] >> 4 === 1;
      const table = bytes.subarray(at + 5, at + 5 + (wide ? 128 : 64));
      if (table.length < (wide ? 128 : 64)) return undefined;
      let sum = 0;
      for (let k = 0; k < 64; k++) sum += wide ? table.readUInt16BE(2 * k) : table[k];
      return sum / 64;
    }
    at += 2 + length;
  }
  return undefined;
}
