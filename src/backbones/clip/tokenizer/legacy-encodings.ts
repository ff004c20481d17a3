/**
 * An 8-bit encoding in both directions. Encoded text is a string with one character (0 to 255) per
 * byte.
 */
export interface LegacyEncoding {
  name: string;
  /**
   * True if bytes without a character stand for themselves, and byte 0x1A for U+FFFD, "a byte was
   * lost here".
   */
  sloppy: boolean;
  /** The characters of the bytes 0x80 to 0xFF. */
  upper: string;
  /** The bytes of a text, or `undefined` if it has a character that the encoding lacks. */
  encode(text: string): string | undefined;
}

/**
 * 0x80 to 0x9F of Windows-1252; written out because Node's decoder of that name treats them as
 * Latin-1.
 */
const CP1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const LATIN1 = Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('');

/** The encodings through which UTF-8 is commonly misread, the likeliest first. */
export const LEGACY_ENCODINGS: readonly LegacyEncoding[] = [
  encoding('latin-1', false, LATIN1),
  encoding('windows-1252', true, CP1252 + LATIN1.slice(32)),
  ...['1251', '1250', '1253', '1254', '1257'].map((page) => encoding(`windows-${page}`, true, decoded(`windows-${page}`))),
  encoding('iso-8859-2', false, decoded('iso-8859-2')),
  encoding('macintosh', false, decoded('macintosh')),
  encoding('cp437', false, CP437),
];

/** A character of the control range 0x80 to 0x9F, as in Windows-1252. */
export function windows1252(byte: number): string {
  return LEGACY_ENCODINGS[1].upper[byte - 0x80];
}

function decoded(label: string): string {
  const decoder = new TextDecoder(label);
  return Array.from({ length: 128 }, (_, i) => {
    const character = decoder.decode(Uint8Array.of(128 + i));
    return character === '\ufffd' ? String.fromCharCode(128 + i) : character;
  }).join('');
}

function encoding(name: string, sloppy: boolean, upper: string): LegacyEncoding {
  const bytes = new Map<string, string>();
  for (let i = 0; i < 128; i++) bytes.set(String.fromCharCode(i), String.fromCharCode(i));
  for (let i = 0; i < 128; i++) bytes.set(upper[i], String.fromCharCode(128 + i));
  if (sloppy) {
    bytes.delete('\x1a');
    bytes.set('\ufffd', '\x1a');
  }
  return {
    name,
    sloppy,
    upper,
    encode(text) {
      let result = '';
      for (let i = 0; i < text.length; i++) {
        const byte = bytes.get(text[i]);
        if (byte === undefined) return undefined;
        result += byte;
      }
      return result;
    },
  };
}
