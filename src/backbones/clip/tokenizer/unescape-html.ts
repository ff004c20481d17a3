import { decodeEntity } from 'html-entities';
import { windows1252 } from './legacy-encodings';

/**
 * Replaces HTML character references as a browser does in text: `&amp;`, `&amp` without its
 * semicolon, `&#39;`, `&#x27;`. The longest known name wins (`&notit;` is `¬it;`). Equal to
 * Python's `html.unescape`.
 */
export function unescapeHtml(text: string): string {
  return text.replace(/&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu, (whole, reference: string) => {
    if (reference.startsWith('#')) return numeric(reference);
    const characters = Array.from(reference);
    for (let length = characters.length; length > 1; length--) {
      const known = named(characters.slice(0, length).join(''));
      if (known !== undefined) return known + characters.slice(length).join('');
    }
    return whole;
  });
}

/**
 * Replaces only the unambiguous references: those that end in a semicolon, and names in capitals
 * for which HTML has lower-case ones (`&EACUTE;`).
 * @see ftfy 6.3, `unescape_html`
 */
export function unescapePlainEntities(text: string): string {
  return text.replace(/&#?[0-9A-Za-z]{1,24};/g, (whole) => {
    const name = whole.slice(1);
    const known = named(name);
    if (known !== undefined) return known;
    if (name.startsWith('#')) {
      const character = unescapeHtml(whole);
      return character.includes(';') ? whole : character;
    }
    const small = name === name.toUpperCase() && unescapeHtml(whole) === whole ? named(name.toLowerCase()) : undefined;
    return small === undefined ? whole : small.toUpperCase();
  });
}

function named(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  const reference = `&${name}`;
  const character = decodeEntity(reference, { level: 'html5' });
  if (character === reference) return undefined;
  return character.replace('\u2329', '\u27e8').replace('\u232a', '\u27e9'); // &lang; and &rang; as in HTML 5
}

function numeric(reference: string): string {
  const digits = reference.replace(';', '').slice(1);
  const point = /^x/i.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10);
  if (point === 0 || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) return '\ufffd';
  if (point >= 0x80 && point <= 0x9f) return windows1252(point);
  const control = point < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].includes(point);
  const noncharacter = (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) === 0xfffe;
  return control || point === 0x7f || noncharacter ? '' : String.fromCodePoint(point);
}
