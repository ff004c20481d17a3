import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { tf } from '../common/tf';
import type { Dataset } from '../datasets/layout';
import type { RgbImage } from '../image/image';
import type { Scorer } from '../methods/method';
import { encodeImages, imagesOf, type EncodeOptions, type ImageAt } from './encode';
import { featureFile, type FeatureCache, type FeatureIdentity } from './feature-cache';
import { FeatureStore } from './feature-store';
import type { KeptImages } from './kept-images';

/** Scores and anomaly maps of a set of images. */
export interface Predictions {
  /** `[N]`, higher is more abnormal. */
  scores: Float32Array;
  /**
   * `[N, S, S]`, higher is more abnormal (for MediCLIP: probability of "abnormal"); null for
   * methods without maps.
   */
  maps: Float32Array | null;
}

/** A batch of images with their predictions. */
export interface ScoredImages extends Predictions {
  /** Index of the first image. */
  start: number;
  images: RgbImage[];
}

/**
 * The single way from images to scores, batch by batch in order: each image is decoded and encoded
 * once, and its features are dropped when it is scored.
 * @throws UserError if an image cannot be read
 * @throws Interrupted if the signal stopped it
 */
export async function* scoreBatches(
  count: number,
  imageAt: ImageAt,
  scorer: Scorer,
  options: EncodeOptions = {},
): AsyncGenerator<ScoredImages> {
  for await (const { start, images, features } of encodeImages(count, imageAt, scorer, options)) {
    const said = scoreOf(scorer, features);
    tf.dispose(features);
    yield { start, images, ...said };
  }
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
export async function scoreImages(count: number, imageAt: ImageAt, scorer: Scorer, options: EncodeOptions = {}): Promise<Predictions> {
  const all = new CollectedPredictions(count, scorer.imageSize);
  for await (const batch of scoreBatches(count, imageAt, scorer, options)) all.add(batch.start, batch);
  return all;
}

/** Scores of images whose frozen features are stored. */
export function scoreStored(scorer: Scorer, store: FeatureStore, count: number): Predictions {
  const all = new CollectedPredictions(count, scorer.imageSize);
  store.forEach((features, start) => all.add(start, scoreOf(scorer, features)));
  return all;
}

/** The predictions of a method for one batch of frozen features, which the caller still owns. */
export function scoreOf(scorer: Scorer, features: readonly tf.Tensor3D[]): Predictions {
  let said: Predictions = { scores: new Float32Array(), maps: null };
  tf.tidy(() => {
    const { scores, maps } = scorer.score(features);
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

/** The frozen features of test images that are scored repeatedly: kept ones, or encoded now. */
export function testFeatures(
  encoder: FrozenEncoder,
  { dataset: { test }, identity, folder }: TestSet,
  { featureCache: cache, images, onProgress, signal }: TestFeatureOptions,
): Promise<FeatureStore> {
  const keep = cache && { file: featureFile(cache, identity, encoder), limit: cache.limit };
  const files = test.map(({ file }) => file);
  return FeatureStore.of(files, encoder, { phase: PHASE, images, onProgress, signal, spillFolder: folder, keep });
}

/** Scores test images once; with a cache, their features are taken from it or kept there. */
export async function scoreTestSet(scorer: Scorer, tested: TestSet, options: TestFeatureOptions): Promise<Predictions> {
  const { test } = tested.dataset;
  if (!options.featureCache) {
    const files = test.map(({ file }) => file);
    const { images, onProgress, signal } = options;
    return scoreImages(test.length, imagesOf(files, scorer.imageSize, images), scorer, { phase: PHASE, onProgress, signal });
  }
  const store = await testFeatures(scorer, tested, options);
  try {
    return scoreStored(scorer, store, test.length);
  } finally {
    store.dispose();
  }
}
