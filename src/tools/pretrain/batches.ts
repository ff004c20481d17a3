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
   * How far each patch belongs to a thing, `[B, g g]`: 1 if {@link FULL_AT} of its pixels or more
   * do, else a proportional value.
   */
  patchMask: tf.Tensor2D;
  /** Pixels of the clean patches in row order, `[B g g, p p]`, in standard deviations. */
  cleanPatches: tf.Tensor2D;
  /** 1 if something was put into the image, `[B]`. */
  occupied: tf.Tensor1D;
  /** Token ids of the captions, 77 each. */
  captions: Int32Array[];
  /** Things and grounds of the first images, and where they are. */
  regions: Regions;
}

/** Parts of images with their phrases. */
export interface Regions {
  /** The phrase of each part. */
  phrases: { text: string; isThing: boolean }[];
  /** The share of each patch of the batch in each part, `[R, B g g]`; rows sum to 1. */
  shares: tf.Tensor2D;
}

/** At most so many things, and grounds, of a batch are matched with phrases. */
const MOST_THINGS = 10;
const MOST_GROUNDS = 6;

/**
 * The fraction from which a patch counts as wholly occupied: the patch of a small thing must weigh
 * as much as one of a large thing.
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
    mask.set(occupancy(sample.mask, size, patch), i * g * g);
    for (let py = 0; py < g; py++) {
      for (let px = 0; px < g; px++) {
        const token = (i * g + py) * g + px;
        let to = token * patch * patch;
        for (let y = py * patch; y < (py + 1) * patch; y++) {
          for (let x = px * patch; x < (px + 1) * patch; x++) {
            clean[to++] = (sample.clean[y * size + x] - mean) / sd;
          }
        }
      }
    }
  });
  return {
    pixels: tf.tensor4d(pixelValues(images), [b, 3, size, size]),
    patchMask: tf.tensor2d(mask, [b, g * g]),
    cleanPatches: tf.tensor2d(clean, [b * g * g, patch * patch]),
    occupied: tf.tensor1d(samples.map(({ things }) => (things.length > 0 ? 1 : 0))),
    captions: samples.map((sample) => tokenizer.tokenize(sample.caption, 77)),
    regions: regionsOf(samples, size, patch),
  };
}

export function disposeBatch({ pixels, patchMask, cleanPatches, occupied, regions }: PretrainBatch): void {
  tf.dispose([pixels, patchMask, cleanPatches, occupied, regions.shares]);
}

function regionsOf(samples: readonly CorpusSample[], size: number, patch: number): Regions {
  const phrases: Regions['phrases'] = [];
  const rows: Float32Array[] = [];
  const n = Math.floor(size / patch) ** 2;
  const add = (image: number, text: string, isThing: boolean, share: Float32Array): void => {
    const sum = share.reduce((a, b) => a + b, 0);
    const most = isThing ? MOST_THINGS : MOST_GROUNDS;
    if (sum < 0.2 || phrases.filter((other) => other.isThing === isThing).length >= most) return;
    const row = new Float32Array(samples.length * n);
    share.forEach((v, i) => (row[image * n + i] = v / sum));
    phrases.push({ text, isThing });
    rows.push(row);
  };
  samples.forEach(({ things, ground, mask }, image) => {
    for (const thing of things) add(image, thing.phrase, true, occupancy(thing.mask, size, patch));
    add(
      image,
      ground,
      false,
      occupancy(mask, size, patch).map((v) => (v > 0 ? 0 : 1)),
    );
  });
  const all = new Float32Array(rows.length * samples.length * n);
  rows.forEach((row, r) => all.set(row, r * row.length));
  return { phrases, shares: tf.tensor2d(all, [rows.length, samples.length * n]) };
}

/** How far each patch is covered by a mask, `[g g]`; see {@link FULL_AT}. */
function occupancy(mask: Uint8Array, size: number, patch: number): Float32Array {
  const g = Math.floor(size / patch);
  const out = new Float32Array(g * g);
  for (let y = 0; y < g * patch; y++) {
    const row = Math.floor(y / patch) * g;
    for (let x = 0; x < g * patch; x++) if (mask[y * size + x] > 127) out[row + Math.floor(x / patch)]++;
  }
  return out.map((count) => Math.min(1, count / (FULL_AT * patch * patch)));
}
