import { inflateSync } from 'node:zlib';
import { pngChunks } from './png-chunks';
import { exifOrientation, xmpOrientation } from './stated-orientation';

/** The keywords of the texts that may hold it. */
const EXIF_TEXT = 'Raw profile type exif';
const XMP_TEXT = 'XML:com.adobe.xmp';
/** The most bytes of a compressed text. */
const MOST_TEXT = 1 << 26;

/**
 * The orientation that a PNG states, before or after its pixels: in EXIF, else in EXIF as a text
 * (older programs such as ImageMagick), else in XMP. This is Pillow's order; libvips reads only EXIF
 * before the pixels.
 */
export function pngOrientation(bytes: Buffer): number | undefined {
  let [exif, profile, xmp]: (Buffer | undefined)[] = [];
  for (const { type, start, length } of pngChunks(bytes)) {
    const data = bytes.subarray(start, start + length);
    if (type === 'eXIf') exif = data;
    if (!['tEXt', 'zTXt', 'iTXt'].includes(type)) continue;
    profile = textOf(type, data, EXIF_TEXT) ?? profile;
    xmp = textOf(type, data, XMP_TEXT) ?? xmp;
  }
  const stated = exif ?? (profile && fromHex(profile));
  return (stated && exifOrientation(stated)) ?? xmpOrientation(xmp);
}

/** The text of a chunk with this keyword; undefined if it has another, or is damaged. */
function textOf(type: string, data: Buffer, keyword: string): Buffer | undefined {
  const start = keyword.length + 1;
  if (data.toString('latin1', 0, start) !== `${keyword}\0`) return undefined;
  if (type === 'tEXt') return data.subarray(start);
  if (type === 'zTXt') return inflated(data.subarray(start + 1));
  const translated = data.indexOf(0, start + 2) + 1; // after two flags and the language
  const content = data.subarray(data.indexOf(0, translated) + 1);
  return data[start] === 1 ? inflated(content) : content;
}

function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: MOST_TEXT });
  } catch {
    return undefined;
  }
}

/** The bytes of a raw profile: an empty line, its name, its length, then hexadecimal digits. */
function fromHex(profile: Buffer): Buffer {
  return Buffer.from(profile.toString('latin1').split('\n').slice(3).join(''), 'hex');
}
