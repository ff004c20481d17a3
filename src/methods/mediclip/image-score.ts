import { tf } from '../../common/tf';

/**
 * How a map becomes a score: by its maximum (published), or by the mean of its highest P % of
 * pixels: `top1percent`, `top0.4percent`.
 */
export type ScoreRule = 'max' | `top${number}percent`;

/** The allowed rules, for error messages. */
export const SCORE_RULES = 'max, or topPpercent with P above 0 and up to 100, for example top1percent or top0.4percent';

/** True if an unchecked value is a {@link ScoreRule}. */
export function isScoreRule(value: unknown): value is ScoreRule {
  if (value === 'max') return true;
  const percent = typeof value === 'string' ? percentOf(value) : NaN;
  return percent > 0 && percent <= 100;
}

/**
 * One score per image: `[B, H, W]` to `[B]`. A percentage of less than one pixel counts as one
 * pixel.
 */
export function imageScore(abnormal: tf.Tensor3D, rule: ScoreRule = 'max'): tf.Tensor1D {
  const [b, h, w] = abnormal.shape;
  return tf.tidy(() => {
    const flat = tf.reshape(abnormal, [b, h * w]) as tf.Tensor2D;
    if (rule === 'max') return tf.max(flat, 1);
    const pixels = Math.max(1, Math.round((percentOf(rule) / 100) * h * w));
    return highestMean(flat, pixels);
  });
}

/** The mean of the k highest values of each row. Its gradient is shared by them and their ties. */
function highestMean(rows: tf.Tensor2D, k: number): tf.Tensor1D {
  const mean = tf.customGrad((x, save) => {
    const { values } = tf.topk(x as tf.Tensor2D, k, false);
    (save as tf.GradSaveFunc)([x as tf.Tensor, tf.min(values, 1, true)]);
    const gradFunc = (dy: tf.Tensor, [all, lowest]: tf.Tensor[]): tf.Tensor => {
      const chosen = tf.cast(tf.greaterEqual(all, lowest), 'float32');
      return tf.mul(chosen, tf.div(tf.expandDims(dy, 1), tf.sum(chosen, 1, true)));
    };
    return { value: tf.mean(values, 1), gradFunc };
  });
  return mean(rows) as tf.Tensor1D;
}

/** The P of topPpercent; NaN for any other text. */
function percentOf(rule: string): number {
  return Number(/^top(\d{1,3}(?:\.\d{1,9})?)percent$/.exec(rule)?.[1] ?? NaN);
}
