/** A Windows bitmap for tests. `values` are RGB triples for 24 bits, else palette indices; rows from the top. */
export function bitmap(
  width: number,
  height: number,
  bits: 1 | 4 | 8 | 24,
  values: ArrayLike<number>,
  options: { topDown?: boolean; palette?: readonly number[]; colours?: number } = {},
): Buffer {
  const { topDown = false, palette = [] } = options;
  const colours = palette.length / 3;
  const start = 54 + colours * 4;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const out = Buffer.alloc(start + stride * height);
  out.write('BM', 'latin1');
  out.writeUInt32LE(out.length, 2);
  out.writeUInt32LE(start, 10);
  out.writeUInt32LE(40, 14);
  out.writeInt32LE(width, 18);
  out.writeInt32LE(topDown ? -height : height, 22);
  out.writeUInt16LE(1, 26);
  out.writeUInt16LE(bits, 28);
  out.writeUInt32LE(options.colours ?? colours, 46);
  for (let i = 0; i < colours; i++) for (let c = 0; c < 3; c++) out[54 + i * 4 + c] = palette[i * 3 + 2 - c];
  for (let y = 0; y < height; y++) {
    const row = start + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (bits === 24) for (let c = 0; c < 3; c++) out[row + x * 3 + c] = values[i * 3 + 2 - c];
      else out[row + Math.floor((x * bits) / 8)] |= values[i] << (8 - bits - ((x * bits) % 8));
    }
  }
  return out;
}
