import { LEGACY_ENCODINGS, windows1252 } from './legacy-encodings';
import { looksMisread } from './mojibake-signs';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Repairs UTF-8 that was read in an 8-bit encoding, as often as this happened to the text: `cafÃ©`
 * becomes `café`. Text without signs of it is returned unchanged.
 * @see ftfy 6.3, `fix_encoding`, which gives the same results
 */
export function repairMojibake(text: string): string {
  for (;;) {
    const repaired = repairOnce(text);
    if (repaired === text) return text;
    text = repaired;
  }
}

/** Reads control characters 0x80 to 0x9F as in Windows-1252. */
export function readControlsAsWindows1252(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (c) => windows1252(c.charCodeAt(0)));
}

function repairOnce(text: string): string {
  if (!looksMisread(text)) return text;
  for (const encoding of LEGACY_ENCODINGS) {
    let bytes = encoding.encode(text);
    if (bytes === undefined) continue;
    if (encoding.name !== 'macintosh') bytes = restoreNoBreakSpaces(bytes); // there, an en dash and a blank would look like one
    if (encoding.sloppy) bytes = bytes.replace(LOSSY, REPLACEMENT);
    const decoded = decodeUtf8(bytes);
    if (decoded !== undefined) return decoded;
  }
  return repairParts(text) ?? readControlsAsWindows1252(text);
}

/**
 * Repairs misread parts one by one if no single encoding explains the whole text; `undefined` if
 * that changes nothing.
 */
function repairParts(text: string): string | undefined {
  const repaired = text.replace(MISREAD_STRETCH, (part) => (part.length < text.length && looksMisread(part) ? repairMojibake(part) : part));
  return repaired === text ? undefined : repaired;
}

/**
 * Decodes strictly, but accepts separately encoded surrogate pairs (CESU-8) and Java's two-byte
 * zero.
 */
function decodeUtf8(bytes: string): string | undefined {
  const standard = bytes.replace(/\xc0\x80/g, '\0').replace(/\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]/g, (pair) => {
    const [, a, b, , c, d] = bytesOf(pair);
    const point = ((a & 0x0f) << 16) + ((b & 0x3f) << 10) + ((c & 0x0f) << 6) + (d & 0x3f) + 0x10000;
    return utf8Signs(String.fromCodePoint(point));
  });
  try {
    return utf8.decode(bytesOf(standard));
  } catch {
    return undefined;
  }
}

/** The bytes of a string that has one character (0 to 255) per byte. */
function bytesOf(signs: string): Uint8Array {
  return Uint8Array.from(signs, (sign) => sign.charCodeAt(0));
}

/** A text in UTF-8, as a string with one character per byte. */
function utf8Signs(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** Restores no-break spaces (byte 0xA0) that became blanks within a multi-byte character. */
function restoreNoBreakSpaces(bytes: string): string {
  if (!BLANKED.test(bytes)) return bytes;
  return bytes.replace(A_GRAVE_WORD, '\xc3\xa0 ').replace(BLANKED_ALL, (sequence) => sequence.replace(/ /g, '\xa0'));
}

const BLANKED = new RegExp(
  [
    '[\\xc2\\xc3\\xc5\\xce\\xd0\\xd9] ',
    '[\\xe2\\xe3] [\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf]',
    '[\\xe0-\\xe3][\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf] ',
    '\\xf0 [\\x80-\\xbf]{2}',
    '\\xf0[\\x80-\\xbf] [\\x80-\\xbf]',
    '\\xf0[\\x80-\\xbf]{2} ',
  ].join('|'),
);
const BLANKED_ALL = new RegExp(BLANKED.source, 'g');
/** "à" as a separate word, but not the beginning of the Portuguese às, àquele, àquela, àquilo. */
const A_GRAVE_WORD = /\xc3 (?! |quele|quela|quilo|s )/g;

/** Multi-byte characters of which a byte was lost and replaced by 0x1A or a question mark. */
const LOSSY = new RegExp(
  [
    '[\\xc2-\\xdf]\\x1a',
    '[\\xc2\\xc3]\\?',
    '\\xed[\\xa0-\\xaf][\\x1a?]\\xed[\\xb0-\\xbf][\\x1a?\\x80-\\xbf]',
    '\\xed[\\xa0-\\xaf][\\x1a?\\x80-\\xbf]\\xed[\\xb0-\\xbf][\\x1a?]',
    '[\\xe0-\\xef][\\x1a?][\\x1a\\x80-\\xbf]',
    '[\\xe0-\\xef][\\x1a\\x80-\\xbf][\\x1a?]',
    '[\\xf0-\\xf4][\\x1a?][\\x1a\\x80-\\xbf]{2}',
    '[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a?][\\x1a\\x80-\\xbf]',
    '[\\xf0-\\xf4][\\x1a\\x80-\\xbf]{2}[\\x1a?]',
    '\\x1a',
  ].join('|'),
  'g',
);
const REPLACEMENT = '\xef\xbf\xbd'; // U+FFFD in UTF-8

/** The characters for a range of bytes in the encodings that resemble Latin-1. */
function looks(first: number, last: number): string {
  const alike = LEGACY_ENCODINGS.filter((e) => e.sloppy || e.name === 'latin-1');
  return [...new Set(alike.map((e) => e.upper.slice(first - 0x80, last - 0x80 + 1)).join(''))].join('');
}
const continuation = looks(0x80, 0xbf);
const unmistakable = continuation.replace(/[–—―‘’‚“”„•…]/g, '');
const leadOfFour = looks(0xf0, 0xf3).replace(/[ñòôńņňōρςτстф]/g, '');
const MISREAD_STRETCH = new RegExp(
  `(?<![${unmistakable}])(?:[${looks(0xc2, 0xdf)}][ ${continuation}]|[${looks(0xe0, 0xef)}][ ${continuation}]{2}|[${leadOfFour}][ ${continuation}]{3})+`,
  'gu',
);
