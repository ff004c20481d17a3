import { tf } from '../../common/tf';
import { unitLength } from '../../backbones/frozen-encoder';
import type { Random } from '../../common/random';
import type { NamedTensors } from './prompt-learner';

/**
 * The names of adapter i's parameters, as in the published checkpoints: a 1x1 convolution `[D, C,
 * 1, 1]` and its bias.
 */
export function adapterNames(i: number): { weight: string; bias: string } {
  return { weight: `${i}_adapter.0.weight`, bias: `${i}_adapter.0.bias` };
}

/** New adapters, uniform within ±1 / sqrt(C) as PyTorch initialises a convolution. */
export function initialAdapters(count: number, width: number, dim: number, random: Random): NamedTensors {
  const bound = 1 / Math.sqrt(width);
  const draw = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.uniform(-bound, bound));
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => adapterNames(i)).flatMap(({ weight, bias }) => [
      [weight, tf.tensor(draw(dim * width), [dim, width, 1, 1])],
      [bias, tf.tensor(draw(dim), [dim])],
    ]),
  );
}

/**
 * Adapter i maps the frozen tokens of its layer into the space of the text features, with unit
 * length: a = W x + b, a / ||a||.
 * @param tokens - `[B, g g, C]`
 * @returns `[B, g g, D]`
 */
export function adapt(tokens: tf.Tensor3D, parameters: NamedTensors, i: number): tf.Tensor3D {
  const { weight, bias } = adapterNames(i);
  const [b, n, c] = tokens.shape;
  const dim = parameters[bias].shape[0];
  return tf.tidy(() => {
    const kernel = tf.reshape(parameters[weight], [dim, c]) as tf.Tensor2D;
    const a = tf.add(tf.matMul(tf.reshape(tokens, [b * n, c]) as tf.Tensor2D, kernel, false, true), parameters[bias]);
    return tf.reshape(unitLength(a), [b, n, dim]);
  });
}
