import type { LongRun } from '../common/progress';
import type { RgbImage } from '../image/image';
import type { DecodedImage } from '../image/node/decode';
import { decodeFile } from '../image/node/decode';
import { toTestRgb } from '../image/node/load';
import type { Scorer } from '../methods/method';
import { ENCODED_AT_ONCE } from './encode';
import { checkScore, ONE_BY_ONE, scoreBatches } from './score';

/** An image to score: a file, or a slice of a volume. */
export interface ScoringInput {
  file: string;
  /** The frame of the file, from 0. */
  frame: number;
  /**
   * The volume or series to which a slice belongs; slices of one lie one after another. Absent for a
   * single image.
   */
  group?: string;
}

/** An image with its prediction. */
export interface ScoredInput<I extends ScoringInput> {
  input: I;
  place: number;
  /** The image at its own size. */
  image: DecodedImage;
  /** The image as the encoder sees it. */
  seen: RgbImage;
  score: number;
  /** `[S, S]`; null for methods without maps. */
  map: Float32Array | null;
}

/**
 * The single way from files to scores for images that belong to no data set. Single images are
 * scored one by one, so that the last bits of a score do not depend on the images beside it. Slices
 * of one volume are scored in batches from its first slice on: what is computed together depends on
 * the volume alone. Only the images of two batches are in memory.
 * @param run - the folder of the run, for errors
 * @throws UserError if an image cannot be read, or a score is not a number
 */
export async function* scoreInputs<I extends ScoringInput>(
  inputs: readonly I[],
  scorer: Scorer,
  run: string,
  options: LongRun & { phase?: string } = {},
): AsyncGenerator<ScoredInput<I>> {
  const size = scorer.imageSize;
  const { phase = ONE_BY_ONE.phase, onProgress, signal } = options;
  for (const { first, count, batchSize } of stretches(inputs)) {
    const images = new Map<number, DecodedImage>();
    const imageAt = async (at: number): Promise<RgbImage> => {
      const image = await readInput(inputs[first + at]);
      images.set(at, image);
      return toTestRgb(image.raster, size);
    };
    const progress: LongRun['onProgress'] = (p) => onProgress?.({ ...p, done: first + p.done, total: inputs.length });
    for await (const batch of scoreBatches(count, imageAt, scorer, { batchSize, phase, signal, onProgress: progress })) {
      for (const [i, seen] of batch.images.entries()) {
        const place = first + batch.start + i;
        const input = inputs[place];
        checkScore(batch.scores[i], input.file, run);
        const image = images.get(batch.start + i) as DecodedImage;
        images.delete(batch.start + i);
        const map = batch.maps && batch.maps.slice(i * size * size, (i + 1) * size * size);
        yield { input, place, image, seen, score: batch.scores[i], map };
      }
    }
  }
}

/** Runs of inputs that are scored with one batch size: single images, or one volume. */
function stretches(inputs: readonly ScoringInput[]): { first: number; count: number; batchSize: number }[] {
  const found: { first: number; count: number; batchSize: number }[] = [];
  for (let first = 0, end = 0; first < inputs.length; first = end) {
    const { group } = inputs[first];
    for (end = first + 1; group !== undefined && end < inputs.length && inputs[end].group === group;) end++;
    const last = found[found.length - 1];
    if (group !== undefined) found.push({ first, count: end - first, batchSize: ENCODED_AT_ONCE });
    else if (last?.batchSize === 1) last.count++;
    else found.push({ first, count: 1, batchSize: 1 });
  }
  return found;
}

async function readInput({ file }: ScoringInput): Promise<DecodedImage> {
  return decodeFile(file);
}
