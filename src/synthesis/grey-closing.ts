/**
 * Grey closing with a 3 x 3 square: the maximum of each neighbourhood, then the minimum of these.
 * Fills gaps one pixel wide. At the border, only neighbours inside count. Equal to
 * `scipy.ndimage.grey_closing` with that footprint.
 * @param data - `[height, width]`; not changed
 */
export function greyClosing(data: Float64Array, height: number, width: number): Float64Array {
  return extreme(extreme(data, height, width, 1), height, width, -1);
}

/**
 * Maximum (sign 1) or minimum (sign -1) of every 3 x 3 neighbourhood, first along rows, then along
 * columns.
 */
function extreme(data: Float64Array, height: number, width: number, sign: 1 | -1): Float64Array {
  const pick = sign === 1 ? Math.max : Math.min;
  const rows = new Float64Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let v = data[i];
      if (x > 0) v = pick(v, data[i - 1]);
      if (x + 1 < width) v = pick(v, data[i + 1]);
      rows[i] = v;
    }
  }
  const out = new Float64Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let v = rows[i];
      if (y > 0) v = pick(v, rows[i - width]);
      if (y + 1 < height) v = pick(v, rows[i + width]);
      out[i] = v;
    }
  }
  return out;
}
