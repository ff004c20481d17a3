/**
 * A TIFF of one strip for tests. Its place and length, 273 and 279, are filled in.
 * @param tags - number and value; more than one value stand outside the directory
 */
export function tiffFile(tags: Record<number, number | readonly number[]>, strip: Uint8Array): Buffer {
  const all: Record<number, number | readonly number[]> = { ...tags, 273: 8, 279: strip.length };
  const numbers = Object.keys(all).map(Number); // in rising order, as integer keys are
  const start = 8 + strip.length + (strip.length % 2);
  const directory = Buffer.alloc(2 + 12 * numbers.length + 4);
  const outside: Buffer[] = [];
  let end = start + directory.length;
  directory.writeUInt16LE(numbers.length);
  numbers.forEach((tag, i) => {
    const values = [all[tag]].flat();
    const at = 2 + 12 * i;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(4, at + 2); // LONG
    directory.writeUInt32LE(values.length, at + 4);
    if (values.length === 1) return directory.writeUInt32LE(values[0], at + 8);
    directory.writeUInt32LE(end, at + 8);
    const stored = Buffer.alloc(4 * values.length);
    values.forEach((value, k) => stored.writeUInt32LE(value, 4 * k));
    outside.push(stored);
    return (end += stored.length);
  });
  const head = Buffer.alloc(8);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(start, 4);
  return Buffer.concat([head, strip, Buffer.alloc(strip.length % 2), directory, ...outside]);
}
