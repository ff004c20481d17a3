import type { SampleRow } from './layout';

/** What the user calls an image: its name before it was prepared (`source` of its row), else its name in the data set. */
export function sourceName({ filename, metadata }: Pick<SampleRow, 'filename' | 'metadata'>): string {
  const source = metadata?.source;
  return typeof source === 'string' && source !== '' ? source : filename;
}
