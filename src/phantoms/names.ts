import { UsageError } from '../common/errors';

/** The procedural data sets. */
export const PHANTOM_NAMES = ['phantom-brain', 'phantom-chest', 'phantom-breast'] as const;
/** A procedural data set. */
export type PhantomName = (typeof PHANTOM_NAMES)[number];

/** Sizes of a data set: that of the published splits, or a small one for lessons. */
export const PHANTOM_SIZES = ['full', 'small'] as const;
/** One of {@link PHANTOM_SIZES}. */
export type PhantomSize = (typeof PHANTOM_SIZES)[number];

/** Named difficulties of the anomalies, on the scale from 0 (plain) to 1 (faint and small). */
export const DIFFICULTIES = { easy: 0.2, medium: 0.5, hard: 0.8 } as const;

/** Whether a text is the name of a procedural data set. */
export function isPhantomName(name: string): name is PhantomName {
  return (PHANTOM_NAMES as readonly string[]).includes(name);
}

/**
 * A difficulty from its name or number.
 * @throws UsageError if it is neither `easy`, `medium`, `hard` nor a number from 0 to 1.
 */
export function parseDifficulty(text: string): number {
  if (Object.hasOwn(DIFFICULTIES, text)) return DIFFICULTIES[text as keyof typeof DIFFICULTIES];
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value >= 0 && value <= 1)) {
    throw new UsageError(`--difficulty: expected easy, medium, hard or a number from 0 to 1, got ${JSON.stringify(text)}`);
  }
  return value;
}
