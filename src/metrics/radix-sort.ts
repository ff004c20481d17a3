const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;

/** Keys in rising order, and the values that travelled with them. */
export interface SortedKeys {
  keys: Uint32Array;
  values?: Uint32Array;
}

/**
 * Sorts 32-bit keys by three passes of 11 bits (least significant digit first, stable); passes in which all keys agree are
 * skipped. The arrays given are used as working space and hold nothing of use afterwards.
 * @param values - moved along with their keys
 */
export function radixSort(keys: Uint32Array, values?: Uint32Array): SortedKeys {
  let from: SortedKeys = { keys, values };
  let to: SortedKeys | undefined;
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    const next = new Uint32Array(BUCKETS);
    for (let i = 0; i < keys.length; i++) next[(from.keys[i] >>> shift) & (BUCKETS - 1)]++;
    if (next.includes(keys.length)) continue;
    for (let b = 0, sum = 0; b < BUCKETS; b++) [next[b], sum] = [sum, sum + next[b]];
    to ??= { keys: new Uint32Array(keys.length), values: values && new Uint32Array(keys.length) };
    scatter(from, to, next, shift);
    [from, to] = [to, from];
  }
  return from;
}

function scatter(from: SortedKeys, to: SortedKeys, next: Uint32Array, shift: number): void {
  const { keys, values } = from;
  const { keys: outKeys, values: outValues } = to;
  if (values && outValues) {
    for (let i = 0; i < keys.length; i++) {
      const at = next[(keys[i] >>> shift) & (BUCKETS - 1)]++;
      outKeys[at] = keys[i];
      outValues[at] = values[i];
    }
  } else {
    for (let i = 0; i < keys.length; i++) outKeys[next[(keys[i] >>> shift) & (BUCKETS - 1)]++] = keys[i];
  }
}

/** The bits of a float32 as a whole number in the order of the floats, -0 and 0 being one. */
export function orderedBits(bits: number): number {
  if (bits === 0x80000000) return 0x80000000;
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}
