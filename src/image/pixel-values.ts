import type { GrayImage, RgbImage } from './image';

/** Mean and standard deviation of each colour channel, of values in [0, 1]. */
export interface ChannelStats {
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

/**
 * The statistics of CLIP's training images (`preprocessor_config.json` of OpenAI's checkpoints).
 */
export const CLIP_STATS: ChannelStats = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/**
 * The input of the image encoder: (v / 255 - mean) / std in float32, channels first, `[B, 3, H,
 * W]`. A grey image is repeated to three channels.
 * @throws RangeError if the images differ in size.
 */
export function pixelValues(images: readonly (RgbImage | GrayImage)[], stats: ChannelStats = CLIP_STATS): Float32Array {
  if (images.length === 0) return new Float32Array(0);
  const { width, height } = images[0];
  const n = width * height;
  const tables = [0, 1, 2].map((c) => normalisedLevels(stats.mean[c], stats.std[c]));
  const out = new Float32Array(images.length * 3 * n);
  images.forEach((image, b) => {
    if (image.width !== width || image.height !== height) {
      throw new RangeError(`pixelValues: image ${b} has ${image.width} x ${image.height} pixels, the first ${width} x ${height}`);
    }
    for (let c = 0; c < 3; c++) {
      const table = tables[c];
      const offset = image.channels === 3 ? c : 0;
      for (let i = 0, to = (b * 3 + c) * n; i < n; i++) out[to + i] = table[image.data[i * image.channels + offset]];
    }
  });
  return out;
}

/** The 256 possible values of a channel, computed in the float32 steps of the reference. */
function normalisedLevels(mean: number, std: number): Float32Array {
  const [m, s] = [Math.fround(mean), Math.fround(std)];
  return Float32Array.from({ length: 256 }, (_, v) => Math.fround(Math.fround(Math.fround(v / 255) - m) / s));
}
