/**
 * The entries of a palette that is stored as segments: entries as they are, straight lines to a
 * value, and copies of earlier segments.
 * @param stored - the numbers of the segments
 * @param bytesEach - bytes of a number, in which copies count their place
 * @param count - entries that the palette must have
 * @throws Error if it has others, or segments are damaged
 * @see DICOM PS3.3 C.7.9.2
 */
export function expandSegments(stored: ArrayLike<number>, bytesEach: 1 | 2, count: number): Uint16Array {
  const out: number[] = [];
  const read = (start: number, segments: number, copied: boolean): void => {
    let at = start;
    for (let left = segments; left > 0 && at + 1 < stored.length; left--) {
      const [kind, length] = [stored[at], stored[at + 1]];
      at += 2;
      const size = [length, 1, 4 / bytesEach][kind];
      if (size === undefined || at + size > stored.length || out.length > count) throw new Error('a palette with damaged segments');
      const value = (i: number): number => stored[at + i];
      if (kind === 0) for (let i = 0; i < length; i++) out.push(value(i));
      else if (out.length === 0) throw new Error('a palette whose first segment has no entries of its own');
      else if (kind === 1) out.push(...line(out[out.length - 1], value(0), length));
      else {
        if (copied) throw new Error('a palette with copies of copies');
        const place =
          bytesEach === 2 ? value(0) + value(1) * 2 ** 16 : value(0) + value(1) * 2 ** 8 + value(2) * 2 ** 16 + value(3) * 2 ** 24;
        read(place / bytesEach, length, true);
      }
      at += size;
    }
  };
  read(0, Infinity, false);
  if (out.length !== count) throw new Error(`a palette of ${out.length} entries, ${count} stated`);
  return Uint16Array.from(out);
}

/** Entries after `from` up to `to` in equal steps, halves rounded to the even neighbour. */
function line(from: number, to: number, length: number): number[] {
  return Array.from({ length }, (_, i) => {
    const v = from + ((to - from) * (i + 1)) / length;
    const down = Math.floor(v);
    return v - down === 0.5 ? down + (down % 2) : Math.round(v);
  });
}
