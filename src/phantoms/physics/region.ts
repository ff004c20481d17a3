/**
 * Dilates the pixels of a square image that are not 0, with a square of `radius` pixels in every
 * direction.
 * @returns 0 and 255
 */
export function dilate(mask: Uint8Array, size: number, radius: number): Uint8Array {
  return pass(pass(mask, size, radius, 1, size), size, radius, size, 1);
}

function pass(mask: Uint8Array, size: number, radius: number, step: number, stride: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let line = 0; line < size; line++) {
    let until = -1;
    for (let i = 0; i < size + radius; i++) {
      if (i < size && mask[line * stride + i * step] !== 0) until = i + 2 * radius;
      const at = i - radius;
      if (at >= 0 && i <= until) out[line * stride + at * step] = 255;
    }
  }
  return out;
}
