import { sha256 } from './files';

/**
 * Longest name, in bytes, that leaves room for an ending such as `-overlay.png` and that of a
 * temporary file within 255 bytes.
 */
const LONGEST = 200;

/**
 * A name for files: the name itself if it is short enough, else its beginning and a part of its
 * hash. It is always the same for the same name, and different for different names.
 */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name;
  const end = `-${sha256(name).slice(0, 12)}`;
  let start = '';
  for (const sign of name) {
    if (Buffer.byteLength(start + sign + end) > LONGEST) break;
    start += sign;
  }
  return start + end;
}
