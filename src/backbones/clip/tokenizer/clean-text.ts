import { unescapeHtml, unescapePlainEntities } from './unescape-html';
import { readControlsAsWindows1252, repairMojibake } from './mojibake';

/** The characters that Python's `str.split` and `str.strip` count as white space. */
const BLANKS = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

/**
 * Cleans text for CLIP's tokenizer: faults repaired ({@link fixText}), HTML references replaced
 * (twice), white space reduced to single blanks, lower case.
 */
export function cleanText(text: string): string {
  return repairText(text).toLowerCase();
}

/** The same without lower case: open_clip's cleaning for the tokenizers of others. */
export function repairText(text: string): string {
  return unescapeHtml(unescapeHtml(fixText(text)))
    .replace(BLANKS, ' ')
    .replace(/^ | $/g, '');
}

/**
 * Repairs common damage to text, line by line until nothing changes: misread encodings, HTML
 * references (unless a "<" shows that it is HTML), curly quotes, ligatures, full-width letters,
 * line ends, terminal escapes and control characters; then NFC.
 * @see ftfy 6.3, `fix_text` with its defaults
 */
export function fixText(text: string): string {
  let isHtml = false;
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      isHtml ||= line.includes('<');
      return fixLine(line, isHtml);
    })
    .join('');
}

function fixLine(line: string, isHtml: boolean): string {
  for (;;) {
    const before = line;
    if (!isHtml) line = unescapePlainEntities(line);
    line = readControlsAsWindows1252(repairMojibake(line))
      .replace(/[ĲĳŉǄ-ǌǱ-ǳﬀ-ﬆ]/g, (c) => (c === 'ﬅ' ? 'ſt' : c.normalize('NFKC')))
      .replace(/[\u3000\uff01-\uffef]/g, (c) => c.normalize('NFKC'))
      .replace(/[\u201c-\u201f]/g, '"')
      .replace(/[\u02bc\u2018-\u201b]/g, "'")
      .replace(/\r\n|[\r\u2028\u2029\x85]/g, '\n')
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .replace(/\x1b\[[\p{Nd};]*[a-zA-Z]/gu, '')
      .replace(/[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, '')
      .normalize('NFC');
    if (line === before) return line;
  }
}
