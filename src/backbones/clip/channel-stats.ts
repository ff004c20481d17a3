import { tf } from '../../common/tf';
import { CLIP_STATS, type ChannelStats } from '../../image/pixel-values';
import type { CheckpointFiles } from '../checkpoint-files';
import { readPreprocessing } from './preprocessing';

/**
 * The statistics by which the pixels of a checkpoint, as fractions of the largest level (0 to 1),
 * were normalised in training. Some CLIPs that are not OpenAI's have other statistics, or another
 * factor from levels to numbers; a mean and a spread express this too.
 * @param imageSize - the side in pixels given by the configuration of the checkpoint
 * @throws UserError if the files with these numbers are damaged, or require something that is not
 * supported
 */
export function readChannelStats(files: CheckpointFiles, imageSize?: number): ChannelStats {
  const { factor, mean, std } = readPreprocessing(files, imageSize);
  const scaled = (values: readonly number[]): [number, number, number] => values.map((v) => v / factor) as [number, number, number];
  return factor === 1 ? { mean, std } : { mean: scaled(mean), std: scaled(std) };
}

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
