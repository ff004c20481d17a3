import { UserError } from '../../common/errors';
import type { Tokenizer } from '../../backbones/backbone';
import type { ClassTokenPosition } from './options';

/**
 * One prompt, tokenized with placeholders for its n learnable tokens: start, X X ... X, text, ".",
 * end, padding. Which tokens start, end and padding are, and whether there is a start, is up to the
 * tokenizer.
 */
export interface TokenizedPrompt {
  /** `[N]` ids, the n placeholders included. */
  ids: Int32Array;
  /** Tokens of the text, without the full stop. */
  textLength: number;
}

/**
 * Tokenizes `"X X ... X text."`. @throws UserError if the prompt does not fit the encoder's
 * positions.
 */
export function tokenizePrompt(tokenizer: Tokenizer, prompt: string, contextTokens: number, contextLength: number): TokenizedPrompt {
  const words = prompt.replaceAll('_', ' ');
  const text = contextTokens > 0 ? ` ${words}` : words; // some tokenizers tell words within a text from the first one
  const textLength = tokenizer.encode(text).length;
  if (textLength === 0) throw new UserError(`prompt ${JSON.stringify(prompt)}: contains no word`);
  const [placeholder] = tokenizer.encode('X'); // any token: its place is taken
  const whole = [...new Array<number>(contextTokens).fill(placeholder), ...tokenizer.encode(`${text}.`)];
  const length = whole.length + tokenizer.before + tokenizer.after;
  if (length > contextLength) {
    throw new UserError(
      `prompt ${JSON.stringify(prompt)}: ${length} tokens including ${contextTokens} learnable ones, but the text encoder has ${contextLength} positions`,
    );
  }
  return { ids: tokenizer.frame(whole, contextLength), textLength };
}

/** The numbers of tokens of a {@link TokenizedPrompt}. */
export interface PromptLengths {
  /** All positions, N. */
  length: number;
  /** Tokens before the context: a start, or none. */
  before: number;
  contextTokens: number;
  textLength: number;
}

/**
 * The token at each position: a number >= 0 is a position of the tokenized prompt, -1 - k is
 * learnable token k.
 *
 * - `end`: start, context, text, ".", end
 * - `middle`: start, the first floor(n / 2) of the context, text, the rest, ".", end
 * - `front`: start, text, context, ".", end
 */
export function layout(position: ClassTokenPosition, { length, before, contextTokens, textLength }: PromptLengths): number[] {
  const start = Array.from({ length: before }, (_, i) => i);
  const context = Array.from({ length: contextTokens }, (_, k) => -1 - k);
  const written = Array.from({ length: length - before - contextTokens }, (_, i) => before + contextTokens + i);
  const ahead = { end: contextTokens, middle: Math.floor(contextTokens / 2), front: 0 }[position];
  const text = position === 'end' ? 0 : textLength;
  return [...start, ...context.slice(0, ahead), ...written.slice(0, text), ...context.slice(ahead), ...written.slice(text)];
}
