import { LEGACY_ENCODINGS } from './legacy-encodings';

/** All characters that a byte from 0x80 up can stand for in one of the encodings. */
const repertoire = [...new Set(LEGACY_ENCODINGS.map((e) => e.upper).join(''))];
const kaomoji = 'Ò-ÖÙ-Üò-öø-üŐŌŪŲ°';
const drawnFrom = (property: RegExp, except: string): string => {
  const left = new RegExp(`[${except}]`);
  return repertoire.filter((c) => property.test(c) && !left.test(c)).join('');
};
const latin = /\p{Script=Latin}/u;

/**
 * Kinds of characters that misread UTF-8 is made of (insides of character classes). Accented letters that faces are drawn
 * with (`kaomoji`), or that end ordinary words, are not counted as accented.
 */
const kinds: Record<string, string> = {
  ascii: 'a-zA-Z',
  ascii_lower: 'a-z',
  word: '\\p{L}\\p{N}_',
  blank: '\\s\\x1c-\\x1f\\x85',
  common: '\\xa0\\xad·´–—―…’',
  c1: '\\x80-\\x9f',
  bad: '¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffdªº',
  law: '¶§',
  currency: '¢£¥₧€',
  opening: '¡«¿©΄΅‘‚“„•‹\uf8ff',
  closing: '®»˝”›™',
  numeric: '²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№',
  kaomoji,
  upper: drawnFrom(/\p{Lu}/u, `^\\p{Lu}`.length ? 'ÞÒ-ÖÙ-ÛĮŌŐŔŖŪŲ' : '').replace(/[^ÿ]/gu, (c) => (latin.test(c) ? c : '')) + 'Ґ',
  lower: '',
  greek_cyrillic_upper: 'ÞΑ-ΩΆΈΉΊΌΎΏΪΫЁ-Я',
  greek_cyrillic_lower: 'α-ωάέήίΰа-џ',
  box: '│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓',
};
