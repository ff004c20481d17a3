import { TiffBytes } from './tiff/directory';

/** Tags of the index of a multi-picture JPEG (CIPA DC-007). */
const ENTRIES = 0xb002;
const ENTRY_BYTES = 16;
/**
 * Kinds of picture, the higher bits of 24: a view of a panorama or stereo picture; an unspecified
 * kind.
 */
const VIEW = 0x02;
const NOT_STATED = 0x00;

/** The text in the first picture if a second one is a map of its brightness for HDR screens. */
const GAIN_MAP = /hdrgm|HDRGainMap|hdr-gain-map/i;

/**
 * Counts the pictures in a JPEG: all views of stereo and panorama pictures; otherwise 1. Previews
 * are not counted, and neither are the brightness maps that phones add for HDR screens.
 */
export function mpoPictures(bytes: Buffer): number {
  const index = findSegment(bytes, 0xe2, 'MPF\0');
  if (!index) return 1;
  const start = index.byteOffset - bytes.byteOffset;
  const whole = frameSize(bytes, 0);
  const source = new TiffBytes(index);
  let entries: number[];
  try {
    entries = source.directories()[0].numbers(ENTRIES) ?? [];
  } catch {
    return 1; // programs that crop or rotate a picture leave invalid indices behind
  }
  const header = bytes.toString('latin1', 0, Math.min(bytes.length, 1 << 16));
  let pictures = 1;
  for (let at = ENTRY_BYTES; at + ENTRY_BYTES <= entries.length; at += ENTRY_BYTES) {
    const number = (from: number): number => {
      const four = entries.slice(at + from, at + from + 4);
      return Buffer.from(source.little ? four.reverse() : four).readUInt32BE();
    };
    const kind = (number(0) >> 16) & 0xff;
    const same = kind === NOT_STATED && !GAIN_MAP.test(header) && frameSize(bytes, start + number(8)) === whole;
    if (kind === VIEW || same) pictures++;
  }
  return pictures;
}

/** Width and height, as text, of the JPEG at a position of the file; undefined if there is none. */
function frameSize(bytes: Buffer, start: number): string | undefined {
  for (const { marker, at, length } of segments(bytes, start)) {
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame && length >= 5) return `${bytes.readUInt16BE(at + 3)} x ${bytes.readUInt16BE(at + 1)}`;
  }
  return undefined;
}

function findSegment(bytes: Buffer, wanted: number, name: string): Buffer | undefined {
  for (const { marker, at, length } of segments(bytes, 0)) {
    if (marker === wanted && bytes.toString('latin1', at, at + name.length) === name) return bytes.subarray(at + name.length, at + length);
  }
  return undefined;
}

/** The segments of a JPEG up to its first scan: marker, start and length of the content of each. */
function* segments(bytes: Buffer, start: number): Generator<{ marker: number; at: number; length: number }> {
  if (bytes[start] !== 0xff || bytes[start + 1] !== 0xd8) return;
  for (let at = start + 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (marker === 0xda || length < 2 || at + 2 + length > bytes.length) return;
    yield { marker, at: at + 4, length: length - 2 };
    at += 2 + length;
  }
}
