import { tf } from '../common/tf';
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

/** The predictions of some of the images, at places that rise. */
export function predictionsAt({ scores, maps }: Predictions, places: readonly number[]): Predictions {
  if (places.length === scores.length) return { scores, maps };
  const size = maps ? maps.length / scores.length : 0;
  const chosen = maps && new Float32Array(places.length * size);
  places.forEach((from, to) => chosen?.set((maps as Float32Array).subarray(from * size, (from + 1) * size), to * size));
  return { scores: Float32Array.from(places, (i) => scores[i]), maps: chosen };
}
