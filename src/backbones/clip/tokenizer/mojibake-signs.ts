import { LEGACY_ENCODINGS } from './legacy-encodings';

const repertoire = [...new Set(LEGACY_ENCODINGS.map((e) => e.upper).join(''))];
const accented = (kind: RegExp, except: string): string =>
  repertoire.filter((c) => kind.test(c) && /\p{Script=Latin}/u.test(c) && !except.includes(c)).join('');

/**
 * Kinds of characters in misread text, as the content of character classes. Accented letters at the
 * end of ordinary words, or with which emoticons are drawn, count as neither `upper` nor `lower`.
 */
const kinds = {
  ascii: 'a-zA-Z',
  asciiLower: 'a-z',
  word: '\\p{L}\\p{N}_',
  space: ' ',
  blank: '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
  common: '\\xa0\\xad·´–—―…’',
  control: '\\x80-\\x9f',
  bad: '¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffdªº',
  law: '¶§',
  currency: '¢£¥₧€',
  opening: '¡«¿©΄΅‘‚“„•‹\uf8ff',
  closing: '®»˝”›™',
  numeric: '²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№',
  faces: 'Ò-ÖÙ-Üò-öø-üŐŌŪŲ°',
  upper: accented(/\p{Lu}/u, 'ÞÒÓÔÕÖÙÚÛĮŌŐŔŖŪŲ') + 'Ґ',
  lower: accented(/\p{Ll}/u, 'òóôõöøùúûýþÿıńņňōőŗřţūůűųƒ') + 'ґ',
  otherUpper: 'ÞΑ-ΩΆΈΉΊΌΎΏΪΫЁ-Я',
  otherLower: 'α-ωάέήίΰа-џ',
  box: '│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓',
};

/** Kinds of successive characters, separated by blanks. */
type Sequence = string;

/** Sequences that hardly occur in text that was read correctly. */
const unlikely: Sequence[] = [
  'control',
  'bad|lower|upper|box|opening|closing|currency|numeric|law bad',
  'bad lower|upper|box|opening|closing|currency|numeric|law',
  'ascii otherLower|otherUpper bad',
  'lower|otherLower|box|closing|currency|numeric upper',
  'box|closing|currency|numeric lower',
  'lower|box|closing currency',
  'blank upper currency',
  'upper|box numeric|law',
  'lower|upper|box|currency|closing opening numeric',
  'lower|upper|currency|numeric|box|law closing opening',
  'currency|numeric|box opening',
  'asciiLower upper opening|currency',
  'box faces',
  'lower|upper|currency|numeric|opening|closing|law box',
  'box closing',
  'lower|upper opening|closing word',
];

const inside = (names: string): string =>
  names
    .split('|')
    .map((name) => kinds[name as keyof typeof kinds])
    .join('');
const { bad, blank, closing, common, control, currency, numeric, opening, upper } = kinds;
const arabic = `[ØÙ][${common}${currency}${bad}${numeric}${opening}ŸŠ®°µ»]`;

/** UTF-8 of particular characters as it looks in particular encodings. */
const telling: string[] = [
  '[Œœ][^A-Za-z]',
  `[${upper}]°`,
  `[ÂÃÎÐ][€œŠš¢£Ÿž\\xa0\\xad®©°·»–—´${opening}${closing}]`,
  '×[²³]',
  arabic + arabic,
  'à[²µ¹¼½¾]',
  '√[±∂†≠®™´≤≥¥µø]',
  '≈[°¢]',
  '‚Ä[ìîïòôúùû†°¢π]',
  '‚[âó][àä°ê]',
  'вЂ',
  `[ВГРС][${control}${bad}${opening}${closing}${currency}°µ][ВГРС]`,
  'ГўВЂВ.[A-Za-z ]',
  'Ã[\\xa0¡]',
  `[a-z][${blank}]?[ÃÂ] `,
  '^[ÃÂ] ',
  `[a-z.,?!${closing}]Â[ ${opening}${closing}]`,
  'β€[™\\xa0Ά\\xad®°]',
  `[ΒΓΞΟ][${control}${bad}${opening}${closing}${currency}°][ΒΓΞΟ]`,
  'ā€',
];

const sequences = unlikely.map((sequence) =>
  sequence
    .split(' ')
    .map((names) => `[${inside(names)}]`)
    .join(''),
);
const SIGN = new RegExp([...sequences, ...telling].join('|'), 'u');

/**
 * True if a text shows signs of UTF-8 that was read in another encoding. The signs are those of
 * ftfy 6.3 (R. Speer), with whose output CLIP's vocabulary was trained.
 */
export function looksMisread(text: string): boolean {
  return SIGN.test(text);
}
