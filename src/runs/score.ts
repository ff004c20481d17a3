import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { tf } from '../common/tf';
import type { Dataset } from '../datasets/layout';
import type { Placement } from '../image/geometry';
import type { RgbImage } from '../image/image';
import type { View } from '../image/view';
import type { Scorer } from '../methods/method';
import { Assembler, type Predictions } from './assemble';
import { encodeImages, type EncodeOptions } from './encode';
import { featureFile, type FeatureCache, type FeatureIdentity } from './feature-cache';
import { FeatureStore } from './feature-store';
import type { KeptImages } from './kept-images';
import { filesOf, Pieces } from './pieces';

export type { Predictions };

/** A batch of images with their predictions. */
export interface ScoredImages extends Predictions {
  /** Index of the first image. */
  start: number;
  /** What is seen of each image, `[S, S]`, as its map covers it. */
  images: RgbImage[];
}

/**
 * The single way from images to scores, batch by batch in order: each image is decoded and encoded
 * once, and its features are dropped when it is scored. The tiles of an image are put together
 * again.
 * @throws UserError if an image cannot be read
 * @throws Interrupted if the signal stopped it
 */
export async function* scoreBatches(pieces: Pieces, scorer: Scorer, options: EncodeOptions = {}): AsyncGenerator<ScoredImages> {
  const assembler = new Assembler(pieces, scorer);
  const pictures = new Map<number, RgbImage>();
  for await (const { start, images, features } of encodeImages(pieces, scorer, { ...options, pictures })) {
    const said = scoreOf(scorer, features, placementsFrom(pieces, start, images.length));
    tf.dispose(features);
    if (!pieces.at(start)) {
      yield { start, images, ...said };
      continue;
    }
    for (const { image, score, map } of assembler.add(start, said)) {
      const picture = pictures.get(image) as RgbImage;
      pictures.delete(image);
      yield { start: image, images: [picture], scores: Float32Array.of(score), maps: map };
    }
  }
}

/** Where the pieces of a batch lie in their squares; undefined if pieces are images without border. */
function placementsFrom(pieces: Pieces, start: number, count: number): Placement[] | undefined {
  if (!pieces.at(start)) return undefined;
  return Array.from({ length: count }, (_, i) => (pieces.at(start + i) as { placement: Placement }).placement);
}

/**
 * For predictions of images that belong to no set. The last bits of a score can depend on the
 * number of images that are computed at once, but an image must get the same score and overlay
 * alone and among others.
 */
export const ONE_BY_ONE = { batchSize: 1, phase: 'scoring images' } as const;

/**
 * Checks a score before the user sees it.
 * @throws UserError if it is not a number
 */
export function checkScore(score: number, image: string, run: string): void {
  if (!Number.isFinite(score)) throw new UserError(`${image}: its score is ${score}; the parameters of ${run} are damaged`);
}

/** {@link scoreBatches} for all images, collected. */
export async function scoreImages(pieces: Pieces, scorer: Scorer, options: EncodeOptions = {}): Promise<Predictions> {
  const all = new CollectedPredictions(pieces.images, scorer.imageSize);
  for await (const batch of scoreBatches(pieces, scorer, options)) all.add(batch.start, batch);
  return all;
}

/** Scores of images, the frozen features of whose pieces are stored. */
export function scoreStored(scorer: Scorer, store: FeatureStore, pieces: Pieces): Predictions {
  const all = new CollectedPredictions(pieces.images, scorer.imageSize);
  const assembler = new Assembler(pieces, scorer);
  store.forEach((features, start, count) => {
    const said = scoreOf(scorer, features, placementsFrom(pieces, start, count));
    if (!pieces.at(start)) all.add(start, said);
    else for (const { image, score, map } of assembler.add(start, said)) all.add(image, { scores: Float32Array.of(score), maps: map });
  });
  return all;
}

/**
 * The predictions of a method for one batch of frozen features, which the caller still owns.
 * @param placements - where they lie in their squares, if they have borders or are tiles
 */
export function scoreOf(scorer: Scorer, features: readonly tf.Tensor3D[], placements?: readonly Placement[]): Predictions {
  let said: Predictions = { scores: new Float32Array(), maps: null };
  tf.tidy(() => {
    const { scores, maps } = scorer.score(features, placements);
    said = { scores: scores.dataSync() as Float32Array, maps: maps && (maps.dataSync() as Float32Array) };
  });
  return said;
}

/** Collects the predictions of batches. */
class CollectedPredictions implements Predictions {
  readonly scores: Float32Array;
  maps: Float32Array | null = null;

  constructor(
    count: number,
    private readonly size: number,
  ) {
    this.scores = new Float32Array(count);
  }

  add(start: number, { scores, maps }: Predictions): void {
    this.scores.set(scores, start);
    if (!maps) return;
    this.maps ??= new Float32Array(this.scores.length * this.size ** 2);
    this.maps.set(maps, start * this.size ** 2);
  }
}

/** The predictions of some of the images, by increasing indices. */
export function predictionsAt({ scores, maps }: Predictions, places: readonly number[]): Predictions {
  if (places.length === scores.length) return { scores, maps };
  const size = maps ? maps.length / scores.length : 0;
  const chosen = maps && new Float32Array(places.length * size);
  places.forEach((from, to) => chosen?.set((maps as Float32Array).subarray(from * size, (from + 1) * size), to * size));
  return { scores: Float32Array.from(places, (i) => scores[i]), maps: chosen };
}

/** The test images of a data set, as a run encodes them. */
export interface TestSet {
  dataset: Pick<Dataset, 'test'>;
  /** Hashes of the model and of the data set. */
  identity: FeatureIdentity;
  /** How the run looks at images. */
  view: View;
  /** Folder of the run, for features that do not fit into memory. */
  folder: string;
}

export interface TestFeatureOptions extends LongRun {
  /** Cache in which frozen features are kept for other runs (default: none). */
  featureCache?: FeatureCache;
  /** Decoded images. */
  images?: KeptImages;
}

const PHASE = 'encoding test images';

/** The pieces of the test images as a run sees them. */
export function testPieces({ dataset: { test }, view }: TestSet, images?: KeptImages): Promise<Pieces> {
  const files = test.map(({ file }) => file);
  return Pieces.of(filesOf(files, images), view);
}

/** The frozen features of test images that are scored repeatedly: kept ones, or encoded now. */
export function testFeatures(
  encoder: FrozenEncoder,
  pieces: Pieces,
  { identity, folder }: TestSet,
  { featureCache: cache, onProgress, signal }: TestFeatureOptions,
): Promise<FeatureStore> {
  const keep = cache && { file: featureFile(cache, identity, encoder, pieces.view), limit: cache.limit };
  return FeatureStore.of(pieces, encoder, { phase: PHASE, onProgress, signal, spillFolder: folder, keep });
}

/** Scores test images once; with a cache, their features are taken from it or kept there. */
export async function scoreTestSet(scorer: Scorer, tested: TestSet, options: TestFeatureOptions): Promise<Predictions> {
  const { onProgress, signal } = options;
  const pieces = await testPieces(tested, options.images);
  if (!options.featureCache) return scoreImages(pieces, scorer, { phase: PHASE, onProgress, signal });
  const store = await testFeatures(scorer, pieces, tested, options);
  try {
    return scoreStored(scorer, store, pieces);
  } finally {
    store.dispose();
  }
}
