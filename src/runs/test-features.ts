import type { FrozenEncoder } from '../backbones/frozen-encoder';
import type { LongRun } from '../common/progress';
import type { Dataset } from '../datasets/layout';
import { featureFile, type FeatureCache, type FeatureIdentity } from './feature-cache';
import { FeatureStore } from './feature-store';

export interface TestFeatureOptions extends LongRun {
  /** Where they are kept for other runs (default: nowhere). */
  featureCache?: FeatureCache;
}

/**
 * The frozen features of a data set's test images: kept ones, or encoded now.
 * @param identity - hashes of the model and of the data set
 * @param folder - of the run, which takes what does not fit into memory
 */
export function testFeatures(
  encoder: FrozenEncoder,
  { test }: Dataset,
  identity: FeatureIdentity,
  folder: string,
  { featureCache: cache, onProgress, signal }: TestFeatureOptions,
): Promise<FeatureStore> {
  const keep = cache && { file: featureFile(cache, identity, encoder), limit: cache.limit };
  const files = test.map(({ file }) => file);
  return FeatureStore.of(files, encoder, { onProgress, signal, spillFolder: folder, keep });
}
