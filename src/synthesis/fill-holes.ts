/**
 * Fills grey holes: every pixel rises to the lowest level at which it is connected, through
 * 8-neighbours, to the border of the array, like water that runs off over the border. This is the
 * reconstruction by erosion of the array from its border (Vincent 1993, hybrid algorithm).
 * @param data - `[height, width]`; not changed
 */
export function fillHoles(data: Float64Array, height: number, width: number): Float64Array {
  let top = -Infinity;
  for (let i = 0; i < data.length; i++) if (data[i] > top) top = data[i];
  const out = new Float64Array(data.length).fill(top);
  const last = data.length - width;
  for (let x = 0; x < width; x++) {
    out[x] = data[x];
    out[last + x] = data[last + x];
  }
  for (let row = 0; row < data.length; row += width) {
    out[row] = data[row];
    out[row + width - 1] = data[row + width - 1];
  }
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++) {
      const low = Math.min(out[i], out[i - 1], out[i - width - 1], out[i - width], out[i - width + 1]);
      out[i] = low > data[i] ? low : data[i];
    }
  }
  const queue: number[] = [];
  const steps = [1, width - 1, width, width + 1, -1, 1 - width, -width, -width - 1];
  for (let y = height - 2; y > 0; y--) {
    for (let x = width - 2, i = y * width + x; x > 0; x--, i--) {
      const low = Math.min(out[i], out[i + 1], out[i + width - 1], out[i + width], out[i + width + 1]);
      out[i] = low > data[i] ? low : data[i];
      if (canLower(out, data, i, steps)) queue.push(i);
    }
  }
  for (let head = 0; head < queue.length; head++) {
    const i = queue[head];
    for (const step of steps) {
      const j = i + step;
      if (out[j] > out[i] && out[j] !== data[j]) {
        out[j] = Math.max(out[i], data[j]);
        queue.push(j);
      }
    }
  }
  return out;
}

/** Whether a neighbour that was scanned earlier could still become lower because of pixel i. */
function canLower(out: Float64Array, data: Float64Array, i: number, steps: number[]): boolean {
  for (let k = 0; k < 4; k++) {
    const j = i + steps[k];
    if (out[j] > out[i] && out[j] > data[j]) return true;
  }
  return false;
}
