import { messageOf, UserError } from '../common/errors';
import { type LongRun, stopIfAsked } from '../common/progress';
import { decodeFile } from '../image/decode';
import type { Sample } from './layout';

/** Files decoded at a time. */
const BATCH = 8;

/** By how much a mask's aspect ratio may differ from that of its image: masks may be stored at another size, but of the same picture. */
const STRETCH = 0.05;

/** Images that this process has found sound, with the hash of their data set: a grid has many runs on the same images. */
const sound = new Set<string>();

/**
 * Decodes images and masks and drops them, so that a damaged file, or a mask of another shape than its image, is found before hours of work
 * and not after. Under one hash, a process decodes a file once.
 * @param dataset - its folder, for the error, and its `datasetHash`
 * @throws UserError that names the first file that cannot be used, and says how many there are
 */
export async function checkImages(dataset: { dir: string; hash: string }, samples: readonly Sample[], run: LongRun = {}): Promise<void> {
  const { dir, hash } = dataset;
  const keyOf = ({ file }: Sample): string => `${hash} ${file}`;
  const unchecked = samples.filter((sample) => !sound.has(keyOf(sample)));
  const broken: string[] = [];
  for (let start = 0; start < unchecked.length; start += BATCH) {
    stopIfAsked(run);
    const checked = unchecked.slice(start, start + BATCH).map(async (sample) => {
      try {
        await checkSample(sample);
        sound.add(keyOf(sample));
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
}

async function checkSample({ file, maskFile }: Sample): Promise<void> {
  const { raster: image } = await decodeFile(file);
  if (maskFile === undefined) return;
  const { raster: mask } = await decodeFile(maskFile, 'mask');
  if (Math.abs((mask.width * image.height) / (mask.height * image.width) - 1) <= STRETCH) return;
  throw new UserError(
    `${maskFile}: a mask of ${mask.width} x ${mask.height} pixels for an image of ${image.width} x ${image.height}; expected one of its shape`,
  );
}
