/** Bytes as decimal gigabytes, `1.5 GB`, with `digits` decimals. */
export function gigabytes(bytes: number, digits = 1): string {
  return `${(bytes / 1e9).toFixed(digits)} GB`;
}

/** Bytes as decimal megabytes, `1.5 MB`, with one decimal. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
