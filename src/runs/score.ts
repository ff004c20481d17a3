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
   * `[N, S, S]`, higher is more abnormal (by MediCLIP: probability of "abnormal"); null for methods
   * that do not localise.
   */
  maps: Float32Array | null;
}

/** A batch of images with what a method says of them. */
export interface ScoredImages extends Predictions {
  /** Place of the first image. */
  start: number;
  images: RgbImage[];
}

/**
 * The one way from images to scores, batch by batch in their order: each image is decoded and
 * encoded once, and its features are dropped when it is scored.
 * @throws UserError where an image cannot be read; Interrupted where the signal stopped it
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
 * For predictions of images that belong to no set: the last bits of a score can depend on how many
 * images are computed at once, and an image must get the same score and overlay alone and among
 * others.
 */
export const ONE_BY_ONE = { batchSize: 1, phase: 'scoring images' } as const;

/**
 * Checks a score that a user is about to read.
 * @throws UserError where it is no number
 */
export function checkScore(score: number, image: string, run: string): void {
  if (!Number.isFinite(score)) throw new UserError(`${image}: its score is ${score}; the parameters of ${run} are damaged`);
}

/** {@link scoreBatches} of all images at once. */
export async function scoreImages(count: number, imageAt: ImageAt, scorer: Scorer, options: EncodeOptions = {}): Promise<Predictions> {
  const all = new Gathered(count, scorer.imageSize);
  for await (const batch of scoreBatches(count, imageAt, scorer, options)) all.add(batch.start, batch);
  return all;
}

/** Scores of images whose frozen features are stored. */
export function scoreStored(scorer: Scorer, store: FeatureStore, count: number): Predictions {
  const all = new Gathered(count, scorer.imageSize);
  store.forEach((features, start) => all.add(start, scoreOf(scorer, features)));
  return all;
}

/** What a method says of one batch of frozen features, which stay the caller's. */
export function scoreOf(scorer: Scorer, features: readonly tf.Tensor3D[]): Predictions {
  let said: Predictions = { scores: new Float32Array(), maps: null };
  tf.tidy(() => {
    const { scores, maps } = scorer.score(features);
    said = { scores: scores.dataSync() as Float32Array, maps: maps && (maps.dataSync() as Float32Array) };
  });
  return said;
}

/** Batches put together. */
class Gathered implements Predictions {
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

/** The predictions of some of the images, at places that rise. */
export function predictionsAt({ scores, maps }: Predictions, places: readonly number[]): Predictions {
  if (places.length === scores.length) return { scores, maps };
  const size = maps ? maps.length / scores.length : 0;
  const chosen = maps && new Float32Array(places.length * size);
  places.forEach((from, to) => chosen?.set((maps as Float32Array).subarray(from * size, (from + 1) * size), to * size));
  return { scores: Float32Array.from(places, (i) => scores[i]), maps: chosen };
}

/** A data set's test images, as a run encodes them. */
export interface TestSet {
  dataset: Pick<Dataset, 'test'>;
  /** Hashes of the model and of the data set. */
  identity: FeatureIdentity;
  /** Folder of the run, which takes features that do not fit into memory. */
  folder: string;
}

export interface TestFeatureOptions extends LongRun {
  /** Where frozen features are kept for other runs (default: nowhere). */
  featureCache?: FeatureCache;
  /** Images that are decoded already. */
  images?: KeptImages;
}

const PHASE = 'encoding test images';

/** The frozen features of test images that are scored again and again: kept ones, or encoded now. */
export function testFeatures(
  encoder: FrozenEncoder,
  { dataset: { test }, identity, folder }: TestSet,
  { featureCache: cache, images, onProgress, signal }: TestFeatureOptions,
): Promise<FeatureStore> {
  const keep = cache && { file: featureFile(cache, identity, encoder), limit: cache.limit };
  const files = test.map(({ file }) => file);
  return FeatureStore.of(files, encoder, { phase: PHASE, images, onProgress, signal, spillFolder: folder, keep });
}

/** Scores of test images that are scored once; with a cache, their features are taken from it or kept there. */
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
