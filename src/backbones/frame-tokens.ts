import { UserError } from '../common/errors';

/** The tokens that a text tower needs around a text. */
export interface Frame {
  start: readonly number[];
  end: readonly number[];
  /** Fills the rest. */
  padding: number;
}

/**
 * Token ids of length `length`: start, tokens, end, padding. Tokens that do not fit are left out.
 * @throws UserError if there is no room for any token
 */
export function frameTokens(ids: readonly number[], { start, end, padding }: Frame, length: number): Int32Array {
  const around = start.length + end.length;
  if (!Number.isInteger(length) || length < around) {
    throw new UserError(`context length: expected a whole number of ${around} or more, got ${length}`);
  }
  const row = new Int32Array(length).fill(padding);
  row.set([...start, ...ids.slice(0, length - around), ...end]);
  return row;
}
