import { UserError } from '../../common/errors';
import type { Tokenizer } from '../../backbones/backbone';
import type { ClassTokenPosition } from './options';

/**
 * One prompt, tokenized with placeholders for its n learnable tokens: start, X X ... X, text, ".",
 * end, 0 ...
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
  const text = prompt.replaceAll('_', ' ');
  const textLength = tokenizer.encode(text).length;
  if (textLength === 0) throw new UserError(`prompt ${JSON.stringify(prompt)}: contains no word`);
  const whole = `${'X '.repeat(contextTokens)}${text}.`;
  const length = tokenizer.encode(whole).length + 2;
  if (length > contextLength) {
    throw new UserError(
      `prompt ${JSON.stringify(prompt)}: ${length} tokens including ${contextTokens} learnable ones, but the text encoder has ${contextLength} positions`,
    );
  }
  return { ids: tokenizer.tokenize(whole, contextLength), textLength };
}

/**
 * The token at each position: a number >= 0 is a position of the tokenized prompt, -1 - k is
 * learnable token k.
 *
 * - `end`: start, context, text, ".", end
 * - `middle`: start, the first floor(n / 2) of the context, text, the rest, ".", end
 * - `front`: start, text, context, ".", end
 */
export function layout(position: ClassTokenPosition, length: number, contextTokens: number, textLength: number): number[] {
  const context = Array.from({ length: contextTokens }, (_, k) => -1 - k);
  const written = Array.from({ length: length - 1 - contextTokens }, (_, i) => 1 + contextTokens + i);
  const before = { end: contextTokens, middle: Math.floor(contextTokens / 2), front: 0 }[position];
  const text = position === 'end' ? 0 : textLength;
  return [0, ...context.slice(0, before), ...written.slice(0, text), ...context.slice(before), ...written.slice(text)];
}
