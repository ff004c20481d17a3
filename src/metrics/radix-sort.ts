const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;

/** Keys in ascending order, and the values that belong to them. */
export interface SortedKeys {
  keys: Uint32Array;
  values?: Uint32Array;
}

/**
 * Sorts 32-bit keys in three stable passes of 11 bits, with the least significant digit first.
 * Passes in which all keys agree are skipped. The given arrays serve as working space; their
 * content is lost.
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

/** Maps the bits of a float32 to a whole number that preserves the order; -0 and 0 are equal. */
export function orderedBits(bits: number): number {
  if (bits === 0x80000000) return 0x80000000;
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}
