import { z } from 'zod';
import { tf } from '../../common/tf';
import { imageScore, type ScoreRule } from './image-score';

/** A term of the training loss. */
export interface LossTerm {
  /** Its name in charts. */
  title: string;
  /**
   * One number for a batch, 0 where map and mask agree perfectly; it must be differentiable in the
   * map.
   * @param abnormal - P_1, `[B, S, S]`
   * @param mask - Y in [0, 1], `[B, S, S]`
   */
  compute(abnormal: tf.Tensor3D, mask: tf.Tensor3D): tf.Scalar;
}

/**
 * Focal loss (Lin et al. 2017, gamma 2, no class weights) as the published code computes it: the
 * mask is truncated to a hard label, its one-hot code is kept within [1e-5, 1 - 1e-5], p_t = Σ_c
 * onehot_c P_c + 1e-5, and the loss is the mean of -(1 - p_t)² ln p_t over all pixels.
 * @param abnormal - P_1, `[B, S, S]`; P_0 is 1 - P_1
 * @param mask - Y in [0, 1], `[B, S, S]`; only 1 itself counts as abnormal here
 */
export function focalLoss(abnormal: tf.Tensor3D, mask: tf.Tensor3D): tf.Scalar {
  const smooth = 1e-5;
  return tf.tidy(() => {
    const one = tf.clipByValue(tf.floor(mask), smooth, 1 - smooth);
    const agreement = tf.add(tf.mul(one, abnormal), tf.mul(tf.sub(1, one), tf.sub(1, abnormal)));
    const pt = tf.add(agreement, smooth);
    return tf.neg(tf.mean(tf.mul(tf.square(tf.sub(1, pt)), tf.log(pt)))) as tf.Scalar;
  });
}

/**
 * Soft dice loss: 1 - mean over images of (2 Σ P Y + 1) / (Σ P + Σ Y + 1), with the mask's soft
 * values.
 * @param abnormal - P_1, `[B, S, S]`
 * @param mask - Y in [0, 1], `[B, S, S]`
 */
export function diceLoss(abnormal: tf.Tensor3D, mask: tf.Tensor3D): tf.Scalar {
  return tf.tidy(() => {
    const overlap = tf.sum(tf.mul(abnormal, mask), [1, 2]);
    const sizes = tf.add(tf.sum(abnormal, [1, 2]), tf.sum(mask, [1, 2]));
    return tf.sub(1, tf.mean(tf.div(tf.add(tf.mul(overlap, 2), 1), tf.add(sizes, 1)))) as tf.Scalar;
  });
}

/**
 * All losses. A new one is an entry here: settings, training, history and charts take it from this
 * table.
 */
export const LOSSES = {
  focal: { title: 'focal', compute: focalLoss },
  dice: { title: 'Dice', compute: diceLoss },
} satisfies Record<string, LossTerm>;

/** One of {@link LOSSES}. */
export type LossName = keyof typeof LOSSES;

/** The names of all losses, in the order of sums, columns and charts. */
export const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

/** How much each loss counts in the sum that is descended; what is absent counts nothing. */
export type LossWeights = Readonly<Partial<Record<LossName, number>>>;

/** The published sum. */
export const PUBLISHED_LOSSES: LossWeights = { focal: 1, dice: 1 };

const weight = z.number().min(0).max(1e6).optional();

/**
 * Weights as settings give them. Those of 0 are dropped, so that there is one way to write each
 * sum.
 */
export const lossesSchema = z
  .object(Object.fromEntries(LOSS_NAMES.map((name) => [name, weight])) as Record<LossName, typeof weight>)
  .strict()
  .transform((weights): LossWeights => Object.fromEntries(Object.entries(weights).filter(([, w]) => w !== undefined && w > 0)))
  .refine((weights) => Object.keys(weights).length > 0, 'at least one loss needs a weight above 0')
  .default(PUBLISHED_LOSSES);

/** Each loss of a batch, `[B, S, S]` map and mask, whatever its weight. */
export function lossTerms(abnormal: tf.Tensor3D, mask: tf.Tensor3D): Record<LossName, tf.Scalar> {
  const terms = LOSS_NAMES.map((name) => [name, LOSSES[name].compute(abnormal, mask)]);
  return Object.fromEntries(terms) as Record<LossName, tf.Scalar>;
}

/**
 * {@link lossTerms} of a batch in which only the first M images have a mask. An image without one is
 * abnormal, and counts as a map of one pixel: its score, labelled 1. So each loss is a mean over
 * images, whatever is known of them.
 * @param abnormal - `[B, S, S]`
 * @param mask - `[M, S, S]`, M <= B
 */
export function batchTerms(abnormal: tf.Tensor3D, mask: tf.Tensor3D, rule?: ScoreRule): Record<LossName, tf.Scalar> {
  const [all, size] = abnormal.shape;
  const masked = mask.shape[0];
  if (masked === all) return lossTerms(abnormal, mask);
  return tf.tidy(() => {
    const rest = all - masked;
    const scores = imageScore(tf.slice(abnormal, [masked, 0, 0], [rest, size, size]), rule);
    const labelled = lossTerms(tf.reshape(scores, [rest, 1, 1]) as tf.Tensor3D, tf.ones([rest, 1, 1]));
    if (masked === 0) return labelled;
    const marked = lossTerms(tf.slice(abnormal, [0, 0, 0], [masked, size, size]), mask);
    const mean = (a: tf.Scalar, b: tf.Scalar): tf.Scalar => tf.add(tf.mul(a, masked / all), tf.mul(b, rest / all)) as tf.Scalar;
    return Object.fromEntries(LOSS_NAMES.map((name) => [name, mean(marked[name], labelled[name])])) as Record<LossName, tf.Scalar>;
  });
}

/**
 * The sum that is descended. A weight of 1 multiplies nothing, so that a plain sum is one to the
 * last bit.
 */
export function weightedLoss(terms: Record<LossName, tf.Scalar>, weights: LossWeights): tf.Scalar {
  return tf.tidy(() => {
    const parts = LOSS_NAMES.filter((name) => weights[name]).map((name) =>
      weights[name] === 1 ? terms[name] : tf.mul(terms[name], weights[name] as number),
    );
    return parts.reduce((sum, part) => tf.add(sum, part)) as tf.Scalar;
  });
}

/** The same sum of numbers. */
export function weightedSum(values: Record<LossName, number>, weights: LossWeights): number {
  return LOSS_NAMES.reduce((sum, name) => sum + (weights[name] ?? 0) * values[name], 0);
}

/** The sums that the setting `loss` of version 0.1.0 named. */
const LOSS_OF_0_1_0: Readonly<Record<string, LossWeights>> = { total: { focal: 1, dice: 1 }, focal: { focal: 1 }, dice: { dice: 1 } };

/** What the setting `loss` of version 0.1.0 may say. */
export type LossOf010 = 'total' | 'focal' | 'dice';

/**
 * The weights that the setting `loss` of version 0.1.0 stands for; undefined where it says nothing
 * known.
 */
export function lossesOf010(loss: unknown): LossWeights | undefined {
  return typeof loss === 'string' && Object.hasOwn(LOSS_OF_0_1_0, loss) ? LOSS_OF_0_1_0[loss] : undefined;
}

/**
 * The reverse: what version 0.1.0 would have called a sum; undefined for those that it could not
 * describe.
 */
export function asLossOf010(weights: LossWeights): LossOf010 | undefined {
  const same = (other: LossWeights): boolean => LOSS_NAMES.every((name) => (weights[name] ?? 0) === (other[name] ?? 0));
  return Object.keys(LOSS_OF_0_1_0).find((loss) => same(LOSS_OF_0_1_0[loss])) as LossOf010 | undefined;
}
