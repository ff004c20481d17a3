import { UserError } from '../../../common/errors';
import type { Tokenizer as TextTokenizer } from '../../backbone';
import { frameTokens } from '../../frame-tokens';
import { cleanText } from './clean-text';

const MERGES = 49152 - 256 - 2;
const END_OF_WORD = 256;
const FIRST_MERGE = 512;
const START = FIRST_MERGE + MERGES;
const END = START + 1;

/**
 * Pieces of text; merges happen within a piece, never across. Texts are in lower case here. The
 * letter ſ also matches "s" if case is ignored, as in the published pattern; for the same reason
 * U+0345 belongs to no piece.
 */
const PIECE = /<[sſ]tart_of_text>|<end_of_text>|'[sſ]|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\u0345 \p{L}\p{N}]+/gu;

/**
 * CLIP's tokenizer: byte-level byte-pair encoding with 49,408 tokens.
 *
 * Token ids: 0 to 255 for a byte within a word, 256 to 511 for a byte at the end of a word, then
 * the results of the merges in their order, then start and end.
 * @see Radford et al., Learning Transferable Visual Models From Natural Language Supervision, 2021
 */
export class Tokenizer implements TextTokenizer {
  static readonly start = START;
  static readonly end = END;
  readonly before = 1;
  readonly after = 1;
  private readonly pieces = new Map<string, number[]>([
    ['<start_of_text>', [START]],
    ['<end_of_text>', [END]],
  ]);

  /** The rank of each pair, by its line. */
  private readonly ranks: ReadonlyMap<string, number>;

  /**
   * @param merges - list of merges, one per line after a heading, as in `merges.txt`
   * @param where - name of the list in errors
   * @throws UserError if it is not a list with CLIP's length
   */
  constructor(merges: string, where = 'merges') {
    this.ranks = readMerges(merges, where);
  }

  /** Token ids of a text of any length, without start and end. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const [piece] of cleanText(text).matchAll(PIECE)) for (const id of this.encodePiece(piece)) ids.push(id);
    return ids;
  }

  /**
   * Token ids `[N]` of a text for a text encoder: start, tokens, end, zeros. A text that is too
   * long is cut, and its last position holds the end token.
   * @param contextLength - N, 77 in all published CLIPs
   */
  tokenize(text: string, contextLength = 77): Int32Array {
    return this.frame(this.encode(text), contextLength);
  }

  frame(ids: readonly number[], contextLength: number): Int32Array {
    return frameTokens(ids, { start: [START], end: [END], padding: 0 }, contextLength);
  }

  /**
   * The text of a token in the vocabulary: `normal</w>` ends a word, `ab` continues. Unprintable
   * bytes are written as other letters.
   */
  symbolOf(id: number): string {
    if (id === START) return '<start>';
    if (id === END) return '<end>';
    if (id >= FIRST_MERGE) return [...this.ranks.keys()][id - FIRST_MERGE]?.replace(' ', '') ?? '';
    const { symbol } = BYTES.find((byte) => byte.id === id % END_OF_WORD) as Token;
    return id >= END_OF_WORD ? `${symbol}</w>` : symbol;
  }

  private encodePiece(piece: string): number[] {
    const known = this.pieces.get(piece);
    if (known) return known;
    const ids = this.merge(bytesOf(piece));
    if (this.pieces.size < 100_000) this.pieces.set(piece, ids);
    return ids;
  }

  /** Merges the neighbours with the lowest rank, wherever they are, until none can be merged. */
  private merge(tokens: Token[]): number[] {
    for (;;) {
      const ranks = tokens.map((token, i) => this.ranks.get(`${token.symbol} ${tokens[i + 1]?.symbol}`) ?? Infinity);
      const best = ranks.reduce((least, rank) => Math.min(least, rank), Infinity);
      if (best === Infinity) return tokens.map((token) => token.id);
      const merged: Token[] = [];
      for (let i = 0; i < tokens.length; i++) {
        if (ranks[i] === best) merged.push({ symbol: tokens[i].symbol + tokens[++i].symbol, id: FIRST_MERGE + best });
        else merged.push(tokens[i]);
      }
      tokens = merged;
    }
  }
}

/** A token and its spelling in the list of merges. */
interface Token {
  symbol: string;
  id: number;
}

/**
 * The 256 bytes as tokens. Those that are printable in Latin-1 come first and are written as they
 * are; the rest are written as characters from U+0100 on.
 */
const BYTES = ((): Token[] => {
  const prints = (b: number): boolean => (b > 0x20 && b < 0x7f) || (b > 0xa0 && b !== 0xad);
  const all = Array.from({ length: 256 }, (_, b) => b);
  const [printing, others] = [all.filter(prints), all.filter((b) => !prints(b))];
  const tokens: Token[] = [];
  printing.forEach((b, i) => (tokens[b] = { symbol: String.fromCharCode(b), id: i }));
  others.forEach((b, i) => (tokens[b] = { symbol: String.fromCharCode(256 + i), id: printing.length + i }));
  return tokens;
})();

function bytesOf(piece: string): Token[] {
  const tokens = Array.from(new TextEncoder().encode(piece), (byte) => BYTES[byte]);
  const last = tokens[tokens.length - 1];
  tokens[tokens.length - 1] = { symbol: `${last.symbol}</w>`, id: END_OF_WORD + last.id };
  return tokens;
}

function readMerges(text: string, where: string): Map<string, number> {
  const lines = text.split(/\r?\n/, MERGES + 1).slice(1);
  const wrong = lines.findIndex((line) => !/^\S+ \S+$/.test(line));
  if (wrong >= 0)
    throw new UserError(`${where}: line ${wrong + 2}: expected two symbols, got ${JSON.stringify(lines[wrong].slice(0, 80))}`);
  if (lines.length < MERGES) throw new UserError(`${where}: ${lines.length} merges, expected ${MERGES}`);
  return new Map(lines.map((line, rank) => [line, rank]));
}
