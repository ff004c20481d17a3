import { z } from 'zod';
import { mean } from '../common/averages';
import { UserError } from '../common/errors';
import type { ConformalThreshold } from '../metrics/conformal';

/** How the score of a volume follows from those of its slices: `max`, or the mean of the top N. */
export type VolumeScore = 'max' | `top${number}`;

/** What normal images say about a run: thresholds, and the scores themselves. */
export interface Calibration {
  /** The accepted rate of false alarms, alpha. */
  falseAlarms: number;
  /** Where the normal images come from, in words: "40 further normal images". */
  from: string;
  /**
   * `unseen`: the run has not used these images, and the guarantee of {@link conformalThreshold}
   * holds. `refits`: it has used some of them, which were scored by fits to the others; nothing is
   * guaranteed.
   */
  kind: 'unseen' | 'refits';
  /** The window that was asked for, in words; null if the images were read with their own. */
  window: string | null;
  /** The number of images, and of files or series from which they come. */
  images: number;
  groups: number;
  /** Of image scores: an image is reported if its score is above the threshold. */
  image: ConformalThreshold;
  /**
   * Of the highest value of each map: a pixel belongs to the mask if its value is above the
   * threshold, so at most a share alpha of normal images has a mask that is not empty. Null for
   * methods without maps.
   */
  pixel: ConformalThreshold | null;
  /** Of scores of volumes; null if there were too few volumes. */
  volume: (ConformalThreshold & { score: VolumeScore }) | null;
  /** The scores of the images, sorted, for percentiles. */
  scores: number[];
  /** The scores of the volumes, sorted; empty if there were none. */
  volumeScores: number[];
  /** The `imageHash` of the files, sorted: a test set that holds some of them says nothing new. */
  files: string[];
  /** The `pixelHash` of the images, sorted, for files in other formats; absent in older files. */
  pixels?: string[];
}

/** `RUN/calibration.json`: a {@link Calibration}, and the hash of the parameters it belongs to. */
export const CALIBRATION_FILE = 'calibration.json';

const share = z.number().min(0).max(1);
const rising = z
  .array(z.number().finite())
  .refine((all) => all.every((value, i) => i === 0 || all[i - 1] <= value), 'expected rising numbers');
const threshold = z.object({
  threshold: z.number().finite(),
  falseAlarms: z.number().gt(0).lt(1),
  rank: z.number().int().min(1),
  of: z.number().int().min(1),
  expected: share,
  interval: z.tuple([share, share]),
});
/** The content of the file. */
export const calibrationSchema = z.object({
  falseAlarms: z.number().gt(0).lt(1),
  from: z.string(),
  kind: z.enum(['unseen', 'refits']),
  window: z.string().nullable(),
  images: z.number().int().min(1),
  groups: z.number().int().min(1),
  image: threshold,
  pixel: threshold.nullable(),
  volume: threshold.extend({ score: z.custom<VolumeScore>(isVolumeScore, 'expected max or topN') }).nullable(),
  scores: rising.refine((all) => all.length > 0, 'expected numbers'),
  volumeScores: rising,
  files: z.array(z.string()),
  pixels: z.array(z.string()).optional(),
  of: z.string(),
});

/** True for `max`, `top1`, `top5` and so on. */
export function isVolumeScore(value: unknown): value is VolumeScore {
  return typeof value === 'string' && /^(max|top[1-9]\d{0,5})$/.test(value);
}

/**
 * Checks the rule of an option; `max` if it is not given.
 * @throws UserError if it is none
 */
export function volumeRule(option: string, rule: string | undefined): VolumeScore {
  if (rule === undefined) return 'max';
  if (isVolumeScore(rule)) return rule;
  throw new UserError(`${option}: expected max, or top and a number such as top5, got ${JSON.stringify(rule)}`, 2);
}

/** The score of a volume from the scores of its slices. */
export function volumeScoreOf(scores: readonly number[], rule: VolumeScore): number {
  const falling = [...scores].sort((a, b) => b - a);
  return mean(falling.slice(0, rule === 'max' ? 1 : Number(rule.slice(3))));
}
