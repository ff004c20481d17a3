import type { LongRun } from '../common/progress';
import type { Slice } from '../datasets/slices';
import type { Raster } from '../image/image';
import { FrameReader } from '../image/node/frame-reader';
import type { ImageFile, ReadOptions } from '../image/node/image-file';
import { ENCODED_AT_ONCE } from './encode';
import type { LoadedRun } from './load';
import { Pieces, type ImageSource } from './pieces';
import { checkScore, ONE_BY_ONE, scoreBatches } from './score';

/** An image to score: a file, or a slice of a volume; slices of one lie one after another. */
export type ScoringInput = Pick<Slice, 'file' | 'frame' | 'frames' | 'group' | 'number'>;

/** A whole file as an input. */
export function wholeFile(file: string): ScoringInput {
  return { file, frame: 0, frames: 1, number: 0 };
}

/** An image at its own size. */
export interface OwnImage {
  raster: Raster;
  /** Of its pixels, in mm, if known. */
  spacing: { row: number; column: number } | null;
  /** The window, in words; null for formats without one. */
  window: string | null;
  /** Of its file. */
  facts: Pick<ImageFile, 'format' | 'grid' | 'cut' | 'spacing'>;
}

/** An image with its prediction. */
export interface ScoredInput {
  input: ScoringInput;
  /** Its index among the inputs. */
  place: number;
  own: OwnImage;
  score: number;
  /** `[S, S]` over what is seen of the image; null for methods without maps. */
  map: Float32Array | null;
}

/**
 * The single way from files to scores for images that belong to no data set. Single images are
 * scored one by one, so that the last bits of a score do not depend on the images beside it. Slices
 * of one volume are scored in batches from its first slice on: what is computed together depends on
 * the volume alone. Only the images of two batches are in memory.
 * @throws UserError if an image cannot be read, or a score is not a number
 */
export async function* scoreInputs(
  inputs: readonly ScoringInput[],
  { scorer, view, folder }: LoadedRun,
  options: LongRun & ReadOptions & { phase?: string } = {},
): AsyncGenerator<ScoredInput> {
  const size = scorer.imageSize;
  const { phase = ONE_BY_ONE.phase, onProgress, signal, ...reading } = options;
  const reader = new FrameReader();
  for (const { first, count, batchSize } of stretches(inputs)) {
    const images = new Map<number, OwnImage>();
    const source: ImageSource = {
      count,
      name: (at) => inputs[first + at].file,
      sides: (at) => reader.open(inputs[first + at].file, reading),
      raster: async (at) => {
        const own = await ownImage(reader, inputs[first + at], reading);
        images.set(first + at, own);
        return own.raster;
      },
    };
    const pieces = await Pieces.of(source, view);
    const progress: LongRun['onProgress'] = (p) => onProgress?.({ ...p, done: first + p.done, total: inputs.length });
    for await (const batch of scoreBatches(pieces, scorer, { batchSize, phase, signal, onProgress: progress })) {
      for (const [i, score] of batch.scores.entries()) {
        const place = first + batch.start + i;
        checkScore(score, inputs[place].file, folder.dir);
        const own = images.get(place) as OwnImage;
        images.delete(place);
        const map = batch.maps && batch.maps.slice(i * size * size, (i + 1) * size * size);
        yield { input: inputs[place], place, own, score, map };
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

async function ownImage(reader: FrameReader, { file, frame }: ScoringInput, options: ReadOptions): Promise<OwnImage> {
  const { raster } = await reader.read(file, frame, options);
  const { format, grid, cut, spacing, window } = await reader.open(file, options);
  const mm = spacing ? { row: spacing.row, column: spacing.column } : null;
  return { raster, spacing: mm, window: window?.(frame) ?? null, facts: { format, grid, cut, spacing } };
}
