import { tf } from '../common/backend';
import { imageScore, type ScoreRule } from '../mediclip/image-score';
import type { MediClip } from '../mediclip/mediclip';
import type { FeatureStore } from '../training/feature-store';

/** Scores and anomaly maps of a set of images. */
export interface Predictions {
  /** `[N]`, higher is more abnormal. */
  scores: Float32Array;
  /** `[N, S, S]`, probability of "abnormal" at each pixel. */
  maps: Float32Array;
}

/** Runs the trained head over stored features; the text side is computed once. */
export function predictStored(model: MediClip, store: FeatureStore, count: number, rule: ScoreRule): Predictions {
  const size = model.clip.imageSize;
  const scores = new Float32Array(count);
  const maps = new Float32Array(count * size * size);
  const text = model.textFeatures();
  store.forEach((tokens, start) => {
    tf.tidy(() => {
      const map = model.anomalyMap(tokens, text);
      scores.set(imageScore(map, rule).dataSync(), start);
      maps.set(map.dataSync(), start * size * size);
    });
  });
  text.dispose();
  return { scores, maps };
}
