const CLEAR = 256;
const END = 257;
const MOST = 4096;

/**
 * Decompresses TIFF's LZW (codes from the highest bit on; the width grows one code early).
 * @param length - number of bytes that are wanted; the rest is ignored
 * @throws Error if there are fewer bytes, or the codes are damaged
 */
export function decodeLzw(input: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  // A string in the table is a string that was written, plus the following byte. It is stored as a
  // position in `out` and a length.
  const starts = new Uint32Array(MOST);
  const lengths = new Uint32Array(MOST);
  let next = END + 1;
  let width = 9;
  let at = 0; // bytes written so far
  let lastStart = 0;
  let lastLength = 0; // 0: no previous string
  let bits = 0;
  let held = 0;
  for (let i = 0; at < length;) {
    while (held < width) {
      if (i >= input.length) throw new Error(`the data ends after ${at} of ${length} bytes; the file is truncated`);
      bits = ((bits << 8) | input[i++]) & 0xffffff;
      held += 8;
    }
    held -= width;
    const code = (bits >> held) & ((1 << width) - 1);
    if (code === END) throw new Error(`the data ends after ${at} of ${length} bytes; the file is truncated`);
    if (code === CLEAR) {
      next = END + 1;
      width = 9;
      lastLength = 0;
      continue;
    }
    if (lastLength > 0 && next < MOST) {
      starts[next] = lastStart;
      lengths[next] = lastLength + 1;
      next++;
      if (next === (1 << width) - 1 && width < 12) width++;
    }
    lastStart = at;
    if (code < CLEAR) {
      out[at++] = code;
      lastLength = 1;
      continue;
    }
    if (code >= next) throw new Error('the LZW codes are damaged');
    lastLength = lengths[code];
    const end = Math.min(length, at + lastLength);
    for (let from = starts[code]; at < end;) out[at++] = out[from++];
  }
  return out;
}
