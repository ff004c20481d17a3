/**
 * A Windows bitmap for tests. `values` are RGB triples for 24 bits, words for 32, else palette
 * indices; rows from the top.
 * @param options - `masks`: which bits of a word are red, green, blue, opacity
 */
export function bitmap(
  width: number,
  height: number,
  bits: 1 | 4 | 8 | 24 | 32,
  values: ArrayLike<number>,
  options: { topDown?: boolean; palette?: readonly number[]; colours?: number; masks?: readonly number[] } = {},
): Buffer {
  const { topDown = false, palette = [], masks = [] } = options;
  const colours = palette.length / 3;
  const start = 54 + masks.length * 4 + colours * 4;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const out = Buffer.alloc(start + stride * height);
  out.write('BM', 'latin1');
  out.writeUInt32LE(out.length, 2);
  out.writeUInt32LE(start, 10);
  out.writeUInt32LE(40 + masks.length * 4, 14);
  out.writeInt32LE(width, 18);
  out.writeInt32LE(topDown ? -height : height, 22);
  out.writeUInt16LE(1, 26);
  out.writeUInt16LE(bits, 28);
  out.writeUInt32LE(masks.length > 0 ? 3 : 0, 30);
  out.writeUInt32LE(options.colours ?? colours, 46);
  masks.forEach((mask, i) => out.writeUInt32LE(mask, 54 + i * 4));
  for (let i = 0; i < colours; i++) for (let c = 0; c < 3; c++) out[54 + i * 4 + c] = palette[i * 3 + 2 - c];
  for (let y = 0; y < height; y++) {
    const row = start + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (bits === 24) for (let c = 0; c < 3; c++) out[row + x * 3 + c] = values[i * 3 + 2 - c];
      else if (bits === 32) out.writeUInt32LE(values[i], row + x * 4);
      else out[row + Math.floor((x * bits) / 8)] |= values[i] << (8 - bits - ((x * bits) % 8));
    }
  }
  return out;
}
