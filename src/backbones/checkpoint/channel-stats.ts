import { tf } from '../../common/tf';
import { CLIP_STATS, type ChannelStats } from '../../image/pixel-values';

/**
 * Converts pixels normalised by {@link CLIP_STATS}, as all are in this project, to those of the
 * checkpoint's own statistics, `[B, 3, S, S]`.
 * @returns undefined if both are the same
 */
export function renormalisation({ mean, std }: ChannelStats): ((pixels: tf.Tensor4D) => tf.Tensor4D) | undefined {
  const channels = [0, 1, 2];
  if (channels.every((c) => mean[c] === CLIP_STATS.mean[c] && std[c] === CLIP_STATS.std[c])) return undefined;
  const factor = channels.map((c) => CLIP_STATS.std[c] / std[c]);
  const shift = channels.map((c) => (CLIP_STATS.mean[c] - mean[c]) / std[c]);
  return (pixels) => tf.tidy(() => tf.add(tf.mul(pixels, tf.tensor4d(factor, [1, 3, 1, 1])), tf.tensor4d(shift, [1, 3, 1, 1])));
}
