import { tf } from '../../common/tf';
import type { Tokenizer } from '../../backbones/clip/tokenizer/tokenizer';
import { CLIP_STATS, pixelValues } from '../../image/pixel-values';
import type { GrayImage } from '../../image/image';
import type { CorpusSample } from './corpus';

/** Samples as tensors; the caller disposes of them with {@link disposeBatch}. */
export interface PretrainBatch {
  /** `[B, 3, S, S]`, normalised. */
  pixels: tf.Tensor4D;
  /**
   * How anomalous each patch is, `[B, g g]`: 1 if {@link FULL_AT} of its pixels or more are
   * anomalous, else a proportional value.
   */
  patchMask: tf.Tensor2D;
  /** Pixels of the clean patches in row order, `[B g g, p p]`, in standard deviations. */
  cleanPatches: tf.Tensor2D;
  /** 1 if the image has an anomaly, `[B]`. */
  abnormal: tf.Tensor1D;
  /** Token ids of the captions, 77 each. */
  captions: Int32Array[];
}

/**
 * The fraction from which a patch counts as wholly anomalous: the patch of a small anomaly must
 * weigh as much as one of a large anomaly.
 */
const FULL_AT = 1 / 6;

/** Makes tensors from samples of side `size`. */
export function makeBatch(samples: readonly CorpusSample[], size: number, patch: number, tokenizer: Tokenizer): PretrainBatch {
  const b = samples.length;
  const g = Math.floor(size / patch);
  const images = samples.map(({ image }): GrayImage => ({ width: size, height: size, channels: 1, data: image }));
  const mask = new Float32Array(b * g * g);
  const clean = new Float32Array(b * g * g * patch * patch);
  const [mean, sd] = [255 * CLIP_STATS.mean[1], 255 * CLIP_STATS.std[1]];
  samples.forEach((sample, i) => {
    for (let py = 0; py < g; py++) {
      for (let px = 0; px < g; px++) {
        const token = (i * g + py) * g + px;
        let inside = 0;
        let to = token * patch * patch;
        for (let y = py * patch; y < (py + 1) * patch; y++) {
          for (let x = px * patch; x < (px + 1) * patch; x++) {
            if (sample.mask[y * size + x] > 127) inside++;
            clean[to++] = (sample.clean[y * size + x] - mean) / sd;
          }
        }
        mask[token] = Math.min(1, inside / (FULL_AT * patch * patch));
      }
    }
  });
  return {
    pixels: tf.tensor4d(pixelValues(images), [b, 3, size, size]),
    patchMask: tf.tensor2d(mask, [b, g * g]),
    cleanPatches: tf.tensor2d(clean, [b * g * g, patch * patch]),
    abnormal: tf.tensor1d(samples.map((sample) => (sample.abnormal ? 1 : 0))),
    captions: samples.map((sample) => tokenizer.tokenize(sample.caption)),
  };
}

export function disposeBatch({ pixels, patchMask, cleanPatches, abnormal }: PretrainBatch): void {
  tf.dispose([pixels, patchMask, cleanPatches, abnormal]);
}
