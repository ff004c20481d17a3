import { messageOf, UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { decodeFile } from '../image/decode';
import type { Sample } from './layout';

/** Files decoded at a time. */
const BATCH = 8;

/** Files that this process has found sound, with the hash of their data set: a grid has many runs on the same images. */
const sound = new Set<string>();

/**
 * Decodes images and masks and drops them, so that a damaged file is found before hours of work and not after. Under one hash, a process
 * decodes a file once.
 * @param dataset - its folder, for the error, and its `datasetHash`
 * @throws UserError that names the first file that cannot be read, and says how many there are
 */
export async function checkImages(
  dataset: { dir: string; hash: string },
  samples: readonly Sample[],
  { onProgress, signal }: LongRun = {},
): Promise<void> {
  const { dir, hash } = dataset;
  const keyOf = (file: string): string => `${hash} ${file}`;
  const files = samples
    .flatMap(({ file, maskFile }) => (maskFile === undefined ? [file] : [file, maskFile]))
    .filter((file) => !sound.has(keyOf(file)));
  const broken: string[] = [];
  for (let start = 0; start < files.length; start += BATCH) {
    if (signal?.aborted) throw new UserError('stopped before training; nothing was written');
    const checked = files.slice(start, start + BATCH).map(async (file) => {
      try {
        await decodeFile(file);
        sound.add(keyOf(file));
        return undefined;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return messageOf(error);
      }
    });
    for (const problem of await Promise.all(checked)) if (problem !== undefined) broken.push(problem);
    onProgress?.({ phase: 'checking images', done: Math.min(start + BATCH, files.length), total: files.length });
  }
  if (broken.length === 1) throw new UserError(broken[0]);
  if (broken.length > 1) throw new UserError(`${dir}: ${broken.length} of ${files.length} images cannot be read; the first: ${broken[0]}`);
}
