import type { SampleRow } from './layout';

/**
 * The user's name for an image: its name before it was prepared (`source` in its row), or else its
 * name in the data set.
 */
export function sourceName({ filename, metadata }: Pick<SampleRow, 'filename' | 'metadata'>): string {
  const source = metadata?.source;
  return typeof source === 'string' && source !== '' ? source : filename;
}
