import type { TextTower } from '../backbones/backbone';
import { unitLength } from '../backbones/frozen-encoder';
import { tf } from '../common/tf';
import { UserError } from '../common/errors';
import { CLASSES, type PromptLists } from './mediclip/prompts';

/** Number of prompts encoded at a time. */
const BATCH = 32;

/**
 * One direction per class from hand-written prompts (prompt ensembling, Radford et al. 2021,
 * section 3.1.4). The features of the prompts of a class, each of unit length, are averaged, and
 * the mean is scaled to unit length. The text encoder runs as it was trained, CLIP's with its causal
 * mask.
 * @param prompts - whole sentences
 * @returns `[P, 2]`, column 0 normal, column 1 abnormal
 * @throws UserError if a prompt does not fit the encoder's positions
 */
export function classFeatures(text: TextTower, prompts: PromptLists): tf.Tensor2D {
  return tf.tidy(
    () =>
      tf.stack(
        CLASSES.map((name) => meanDirection(text, prompts[name])),
        1,
      ) as tf.Tensor2D,
  );
}

function meanDirection(tower: TextTower, texts: readonly string[]): tf.Tensor {
  const { tokenizer, positions } = tower;
  const long = texts.find((text) => tokenizer.encode(text).length + tokenizer.before + tokenizer.after > positions);
  if (long !== undefined) throw new UserError(`prompt ${JSON.stringify(long)}: more tokens than the text encoder's ${positions} positions`);
  const ids = texts.map((text) => tokenizer.tokenize(text, positions));
  const features: tf.Tensor2D[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    features.push(tf.tidy(() => unitLength(tower.encodeOnce(tower.embedTokens(batch), tower.read(batch), true))));
  }
  return unitLength(tf.mean(tf.concat(features), 0));
}

/**
 * The probability of "abnormal" for features in the joint space: the softmax over the two classes
 * of the cosines divided by a temperature. For two classes this is the logistic function of their
 * difference.
 * @param features - unit length, `[B, T, P]`
 * @param classes - `[P, 2]`
 * @returns `[B, T]`
 */
export function abnormalShare(features: tf.Tensor3D, classes: tf.Tensor2D, temperature: number): tf.Tensor2D {
  const [b, t, p] = features.shape;
  return tf.tidy(() => {
    const cosines = tf.matMul(tf.reshape(features, [b * t, p]) as tf.Tensor2D, classes);
    const [normal, abnormal] = tf.unstack(cosines, 1);
    return tf.reshape(tf.sigmoid(tf.div(tf.sub(abnormal, normal), temperature)), [b, t]);
  });
}
