import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../../common/checked';
import { tf } from '../../common/backend';
import { readJson } from '../../common/files';
import { CLIP_STATS, type ChannelStats } from '../../image/pixel-values';

const FILE = 'preprocessor_config.json';

const schema = z.object({
  do_normalize: z.boolean().default(true),
  image_mean: z
    .array(z.number())
    .length(3)
    .default([...CLIP_STATS.mean]),
  image_std: z
    .array(z.number().positive())
    .length(3)
    .default([...CLIP_STATS.std]),
});

/** The file of a checkpoint folder that says how its pixels were normalised, where there is one. */
export function channelStatsFile(dir: string): string[] {
  const file = path.join(dir, FILE);
  return fs.existsSync(file) ? [file] : [];
}

/**
 * What the pixels of a checkpoint were normalised by in its training: `image_mean` and `image_std` of its `preprocessor_config.json`;
 * where it says nothing, {@link CLIP_STATS}. Some CLIPs that are not OpenAI's have other ones.
 * @throws UserError where the file is damaged
 */
export function readChannelStats(dir: string): ChannelStats {
  const [file] = channelStatsFile(dir);
  if (file === undefined) return CLIP_STATS;
  const stats = checked(schema, readJson(file), file, 'three numbers, of red, green and blue, are expected');
  return stats.do_normalize
    ? ({ mean: stats.image_mean, std: stats.image_std } as unknown as ChannelStats)
    : { mean: [0, 0, 0], std: [1, 1, 1] };
}

/**
 * From pixels normalised by {@link CLIP_STATS}, as all are in this project, to those of a checkpoint's own statistics, `[B, 3, S, S]`.
 * @returns undefined where these are the same
 */
export function renormalisation({ mean, std }: ChannelStats): ((pixels: tf.Tensor4D) => tf.Tensor4D) | undefined {
  const channels = [0, 1, 2];
  if (channels.every((c) => mean[c] === CLIP_STATS.mean[c] && std[c] === CLIP_STATS.std[c])) return undefined;
  const factor = channels.map((c) => CLIP_STATS.std[c] / std[c]);
  const shift = channels.map((c) => (CLIP_STATS.mean[c] - mean[c]) / std[c]);
  return (pixels) => tf.tidy(() => tf.add(tf.mul(pixels, tf.tensor4d(factor, [1, 3, 1, 1])), tf.tensor4d(shift, [1, 3, 1, 1])));
}
