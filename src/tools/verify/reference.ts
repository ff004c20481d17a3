import { UserError } from '../../common/errors';
import type { NamedArray } from '../../common/safetensors';
import type { RgbImage } from '../../image/image';

/** Images `[B, H, W, 3]` of a reference file, one by one. */
export function rgbImages({ shape, data }: NamedArray): RgbImage[] {
  const [b, height, width, channels] = shape;
  if (shape.length !== 4 || channels !== 3 || shape.includes(0))
    throw new UserError(`image_u8: expected shape [B, H, W, 3], got [${shape.join(', ')}]`);
  const size = height * width * 3;
  return Array.from({ length: b }, (_, i) => ({
    width,
    height,
    channels: 3,
    data: Uint8Array.from(data.subarray(i * size, (i + 1) * size)),
  }));
}

/** The rows of a whole-number matrix `[R, N]`. */
export function rows({ shape, data }: NamedArray): Int32Array[] {
  const [r, n] = shape;
  if (shape.length !== 2 || shape.includes(0)) throw new UserError(`expected a matrix [R, N], got shape [${shape.join(', ')}]`);
  return Array.from({ length: r }, (_, i) => Int32Array.from(data.subarray(i * n, (i + 1) * n)));
}
