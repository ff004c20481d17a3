/**
 * Decompresses PackBits: runs of literal and of repeated bytes.
 * @param length - number of bytes that are wanted
 * @throws Error if there are fewer bytes
 */
export function decodePackBits(input: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (let i = 0; at < length;) {
    if (i + 1 >= input.length) throw new Error(`the data ends after ${at} of ${length} bytes; the file is truncated`);
    const head = input[i++];
    if (head < 128) {
      const run = input.subarray(i, i + Math.min(head + 1, length - at));
      out.set(run, at);
      at += run.length;
      i += head + 1;
    } else if (head > 128) {
      out.fill(input[i++], at, at + 257 - head);
      at += 257 - head;
    }
  }
  return out;
}
