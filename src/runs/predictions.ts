import { tf } from '../common/backend';
import type { FeatureStore } from './feature-store';
import type { Scorer } from '../methods/method';

/** Scores and anomaly maps of a set of images. */
export interface Predictions {
  /** `[N]`, higher is more abnormal. */
  scores: Float32Array;
  /** `[N, S, S]`, higher is more abnormal (by MediCLIP: probability of "abnormal"); null for methods that do not localise. */
  maps: Float32Array | null;
}

/** Scores images whose frozen features are stored. */
export function predictStored(scorer: Scorer, store: FeatureStore, count: number): Predictions {
  const size = scorer.imageSize;
  const scores = new Float32Array(count);
  let maps: Float32Array | null = null;
  store.forEach((features, start) => {
    tf.tidy(() => {
      const found = scorer.score(features);
      scores.set(found.scores.dataSync(), start);
      if (!found.maps) return;
      maps ??= new Float32Array(count * size * size);
      maps.set(found.maps.dataSync(), start * size * size);
    });
  });
  return { scores, maps };
}
