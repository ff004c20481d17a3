const CLEAR = 256;
const END = 257;
const MOST = 4096;

/**
 * Undoes TIFF's LZW (codes from the highest bit on, one step wider a code early).
 * @param length - how many bytes are wanted; what follows is left
 * @throws Error if there are fewer, or the codes are damaged
 */
export function decodeLzw(input: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  // A string of the table is one that was written, with the byte that followed it: a place in `out` and a length.
  const starts = new Uint32Array(MOST);
  const lengths = new Uint32Array(MOST);
  let next = END + 1;
  let width = 9;
  let at = 0; // written
  let lastStart = 0;
  let lastLength = 0; // 0: no string before
  let bits = 0;
  let held = 0;
  for (let i = 0; at < length;) {
    while (held < width) {
      if (i >= input.length) throw new Error(`its data ends after ${at} of ${length} bytes; it is truncated`);
      bits = ((bits << 8) | input[i++]) & 0xffffff;
      held += 8;
    }
    held -= width;
    const code = (bits >> held) & ((1 << width) - 1);
    if (code === END) throw new Error(`its data ends after ${at} of ${length} bytes; it is truncated`);
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
    if (code >= next) throw new Error('its LZW codes are damaged');
    lastLength = lengths[code];
    const end = Math.min(length, at + lastLength);
    for (let from = starts[code]; at < end;) out[at++] = out[from++];
  }
  return out;
}
