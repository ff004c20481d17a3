import { messageOf, UserError } from '../common/errors';
import { type LongRun, stopIfAsked } from '../common/progress';
import { decodeFile, decodeImage, readImageBytes, type DecodedImage } from '../image/node/decode';
import { maskLevels } from '../image/node/mask';
import { keepFingerprint, type OnDecoded } from './fingerprints';
import { imageTraits, type ImageTraits } from './image-traits';
import type { Sample } from './layout';
import { checkMaskShape } from './sample-mask';

/** Number of files that are decoded at a time. */
const BATCH = 8;

/**
 * The traits of the images that this process has checked, by the hash of their data set, because a
 * grid has many runs on the same images.
 */
const checkedTraits = new Map<string, ImageTraits>();

/**
 * Decodes images and masks without keeping them, so that a damaged file, or a mask whose shape
 * differs from its image's, is found before hours of work and not after. A process decodes each
 * file once per hash of the data set.
 * @param dataset - its folder, for error messages, and its `datasetHash`
 * @param onDecoded - called with each valid image that is decoded here
 * @returns the traits of each image
 * @throws UserError naming the first file that cannot be used, and the number of such files
 */
export async function checkImages(
  dataset: { dir: string; hash: string },
  samples: readonly Sample[],
  run: LongRun = {},
  onDecoded?: OnDecoded,
): Promise<ImageTraits[]> {
  const { dir, hash } = dataset;
  const keyOf = ({ file }: Sample): string => `${hash} ${file}`;
  const unchecked = samples.filter((sample) => !checkedTraits.has(keyOf(sample)));
  const broken: string[] = [];
  for (let start = 0; start < unchecked.length; start += BATCH) {
    stopIfAsked(run);
    const checked = unchecked.slice(start, start + BATCH).map(async (sample) => {
      try {
        checkedTraits.set(keyOf(sample), await checkSample(sample, onDecoded));
        return undefined;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return messageOf(error);
      }
    });
    for (const problem of await Promise.all(checked)) if (problem !== undefined) broken.push(problem);
    run.onProgress?.({ phase: 'checking images', done: Math.min(start + BATCH, unchecked.length), total: unchecked.length });
  }
  if (broken.length === 1) throw new UserError(broken[0]);
  if (broken.length > 1)
    throw new UserError(`${dir}: ${broken.length} of ${unchecked.length} images cannot be used; the first: ${broken[0]}`);
  return samples.map((sample) => checkedTraits.get(keyOf(sample)) as ImageTraits);
}

async function checkSample({ file, maskFile }: Sample, onDecoded?: OnDecoded): Promise<ImageTraits> {
  const bytes = readImageBytes(file);
  const decoded = await decodeImage(bytes, file);
  if (maskFile !== undefined) await checkMask(maskFile, decoded);
  keepFingerprint(file, bytes, decoded.raster);
  onDecoded?.(file, decoded.raster);
  return imageTraits(bytes, decoded);
}

async function checkMask(maskFile: string, { raster: image, orientation }: DecodedImage): Promise<void> {
  const mask = await decodeFile(maskFile, 'mask');
  maskLevels(mask, maskFile);
  checkMaskShape(maskFile, mask.raster, { width: image.width, height: image.height, orientation });
}
