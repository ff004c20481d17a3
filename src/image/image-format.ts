/** The supported image formats, recognised by the first bytes of a file and never by its name. */
export type ImageFormat = 'jpeg' | 'png' | 'bmp' | 'tiff';

/** The format of a file by its first bytes, or undefined if unknown. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const starts = (...head: number[]): boolean => head.every((value, i) => bytes[i] === value);
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg';
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (starts(0x42, 0x4d)) return 'bmp';
  if (starts(0x49, 0x49, 0x2a, 0x00) || starts(0x4d, 0x4d, 0x00, 0x2a)) return 'tiff';
  if (starts(0x49, 0x49, 0x2b, 0x00) || starts(0x4d, 0x4d, 0x00, 0x2b)) return 'tiff'; // BigTIFF
  return undefined;
}
