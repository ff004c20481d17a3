import { sha256 } from './files';

/** Bytes of a name to which an ending such as `-overlay.png` and that of a temporary file can be added: disks take 255. */
const LONGEST = 200;

/**
 * A name that files can be called after: itself where it is short enough, else its beginning and a part of its hash, so that it is
 * always the same for the same name and another one for another.
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
