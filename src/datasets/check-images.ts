import { messageOf, UserError } from '../common/errors';
import { type LongRun, stopIfAsked } from '../common/progress';
import { decodeFile, decodeImage, readImageBytes, type DecodedImage } from '../image/decode';
import { imageTraits, type ImageTraits } from './image-traits';
import type { Sample } from './layout';

/** Files decoded at a time. */
const BATCH = 8;

/** By how much a mask's aspect ratio may differ from that of its image: masks may be stored at another size, but of the same picture. */
const STRETCH = 0.05;

/** The traits of images that this process has found sound, by the hash of their data set: a grid has many runs on the same images. */
const sound = new Map<string, ImageTraits>();

/**
 * Decodes images and masks and drops them, so that a damaged file, or a mask of another shape than its image, is found before hours of work
 * and not after. Under one hash, a process decodes a file once.
 * @param dataset - its folder, for the error, and its `datasetHash`
 * @returns the traits of each image
 * @throws UserError that names the first file that cannot be used, and says how many there are
 */
export async function checkImages(
  dataset: { dir: string; hash: string },
  samples: readonly Sample[],
  run: LongRun = {},
): Promise<ImageTraits[]> {
  const { dir, hash } = dataset;
  const keyOf = ({ file }: Sample): string => `${hash} ${file}`;
  const unchecked = samples.filter((sample) => !sound.has(keyOf(sample)));
  const broken: string[] = [];
  for (let start = 0; start < unchecked.length; start += BATCH) {
    stopIfAsked(run);
    const checked = unchecked.slice(start, start + BATCH).map(async (sample) => {
      try {
        sound.set(keyOf(sample), await checkSample(sample));
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
  return samples.map((sample) => sound.get(keyOf(sample)) as ImageTraits);
}

async function checkSample({ file, maskFile }: Sample): Promise<ImageTraits> {
  const bytes = readImageBytes(file);
  const decoded = await decodeImage(bytes, file);
  if (maskFile !== undefined) await checkMask(maskFile, decoded);
  return imageTraits(bytes, decoded);
}

async function checkMask(maskFile: string, { raster: image }: DecodedImage): Promise<void> {
  const { raster: mask } = await decodeFile(maskFile, 'mask');
  if (Math.abs((mask.width * image.height) / (mask.height * image.width) - 1) <= STRETCH) return;
  throw new UserError(
    `${maskFile}: a mask of ${mask.width} x ${mask.height} pixels for an image of ${image.width} x ${image.height}; expected one of its shape`,
  );
}
