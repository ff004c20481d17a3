import { UserError } from '../common/errors';
import { Random } from '../common/random';
import { centred, placementOf } from '../image/geometry';
import type { GrayImage } from '../image/image';
import { decodeFile } from '../image/node/decode';
import { imageHash } from '../image/node/image-identity';
import { toPlacedGray } from '../image/node/load';
import { resizeNearest } from '../image/resize';
import type { View } from '../image/view';
import type { Dataset, Sample } from './layout';
import { loadSampleMask } from './sample-mask';
import type { MaskRule } from '../image/node/mask';

/** An abnormal image to learn from, as training sees it. */
export interface AbnormalShot {
  image: GrayImage;
  /** `[S, S]`, 1 where it is abnormal; null if only the label is known. */
  mask: Float32Array | null;
}

/**
 * Samples the abnormal images of a few-shot run: from the abnormal images of `samples/train.json`
 * or, if it has none, of the test set, whose metrics must then leave them out. Copies of an image
 * (the same {@link imageHash}) are not taken twice. With the same seed, fewer shots are the first of
 * more.
 * @throws UserError if there are too few; at least one abnormal test image stays for testing
 */
export function abnormalShots({ dir, train, trainAbnormal, test }: Dataset, shots: number, seed: number): Sample[] {
  const abnormal = test.filter(({ label }) => label === 1);
  const own = trainAbnormal.length > 0;
  const normal = new Set(train.map(({ file }) => imageHash(file)));
  const different = new Map<string, Sample>();
  for (const sample of Random.of(seed, 'abnormal shots').shuffle(own ? trainAbnormal : abnormal)) {
    const hash = imageHash(sample.file);
    if (!normal.has(hash) && !different.has(hash)) different.set(hash, sample);
  }
  const most = own ? different.size : different.size - 1;
  if (shots <= most) return [...different.values()].slice(0, shots);
  const where = own
    ? 'different abnormal images in samples/train.json'
    : 'different abnormal test images, of which one must stay for testing';
  const remedy = most > 0 ? `use at most --abnormal-shots ${most}` : 'train without --abnormal-shots';
  throw new UserError(`${shots} abnormal shots asked for, but ${dir} has ${different.size} ${where}; ${remedy}`);
}

/**
 * Loads abnormal images like the support set. A mask that marks nothing at this size counts as
 * none.
 */
export async function loadAbnormalShots(
  samples: readonly Sample[],
  { size, fit }: Pick<View, 'size' | 'fit'>,
  rule: MaskRule,
): Promise<AbnormalShot[]> {
  return Promise.all(
    samples.map(async (sample) => {
      const decoded = await decodeFile(sample.file);
      const placement = placementOf(decoded.raster.width, decoded.raster.height, size, fit);
      const image = centred(toPlacedGray(decoded, placement), size);
      const data = await loadSampleMask(sample, size, rule, fit);
      if (!data?.some((value) => value !== 0)) return { image, mask: null };
      const { width, height } = placement.filled; // a mask has the frame of maps, without border
      const mask = centred(resizeNearest({ width: size, height: size, channels: 1 as const, data }, width, height), size);
      return { image, mask: Float32Array.from(mask.data) };
    }),
  );
}
