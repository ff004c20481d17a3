import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { stopIfAsked, type LongRun } from '../common/progress';
import { cacheFolder } from '../common/node/project-root';
import { readImage } from '../image/node/decode';
import type { PhantomName } from '../phantoms/names';
import { generatePhantoms, PHANTOM_VERSION, type PhantomSettings, type PhantomSummary } from './generate-phantoms';
import { nameWithinImages, readDataset, type Sample } from './layout';

/**
 * The folder of a procedural data set in the project's cache. The set is generated if it is missing
 * or no longer what was generated. To check that, every image is read.
 * @param options.cache - folder of the data sets (default: `.cache/datasets` of the project)
 * @returns its absolute path
 */
export async function cachedPhantoms(
  name: PhantomName,
  options: Omit<PhantomSettings, 'resolution'> & LongRun & { cache?: string },
): Promise<string> {
  const { seed, size = 'full', difficulty, cache = path.join(cacheFolder(), 'datasets'), ...run } = options;
  const grade = difficulty === undefined ? '' : `-difficulty${difficulty}`;
  const out = path.join(cache, `${name}-${size}${grade}-seed${seed}-v${PHANTOM_VERSION}`);
  const generate = (force: boolean): ReturnType<typeof generatePhantoms> =>
    generatePhantoms(name, { seed, size, difficulty, out, force, ...run });
  const found = await generate(false).catch((error: unknown) => {
    if (!(error instanceof UserError) || run.signal?.aborted || !fs.existsSync(path.join(out, 'generated.json'))) throw error;
    return undefined; // the record in the folder cannot be read
  });
  if (found && (!found.existing || (await isIntact(found, run)))) return found.dir;
  return (await generate(true)).dir;
}

/** Whether the sample lists and the pixels of a set are still those that were generated. */
async function isIntact(set: PhantomSummary & { dir: string }, run: LongRun): Promise<boolean> {
  const { dir, train, testNormal, testAbnormal } = set;
  const pixels = crypto.createHash('sha256');
  try {
    const dataset = readDataset(dir);
    const samples = [...dataset.train, ...dataset.test];
    const expected = [
      ...expectedLines('train/normal', train),
      ...expectedLines('test/normal', testNormal),
      ...expectedLines('test/abnormal', testAbnormal),
    ];
    if (samples.map(lineOf).join() !== expected.join()) return false;
    for (const { file, maskFile } of samples) {
      stopIfAsked(run);
      for (const picture of maskFile === undefined ? [file] : [file, maskFile]) {
        const { channels, data } = await readImage(picture);
        if (channels !== 1) return false;
        pixels.update(data);
      }
    }
  } catch (error) {
    if (error instanceof UserError && !run.signal?.aborted) return false;
    throw error;
  }
  return pixels.digest('hex') === set.pixelSha256;
}

function expectedLines(folder: string, count: number): string[] {
  const abnormal = folder.endsWith('abnormal');
  return Array.from({ length: count }, (_, i) => {
    return `${folder}/${i}.png ${abnormal ? `1 test/ground_true/${i}.png` : '0 none'}`;
  });
}

function lineOf({ filename, label, mask }: Sample): string {
  return `${nameWithinImages(filename)} ${label} ${mask === undefined ? 'none' : nameWithinImages(mask)}`;
}
