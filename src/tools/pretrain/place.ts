import { layerNorm } from '../../backbones/transformer/layers';
import { tf } from '../../common/tf';
import { Random } from '../../common/random';
import { mean } from './terms';

/** Half periods of the waves from one side of the picture to the other. */
const WAVES = [1, 2, 4];
/** How far the waves reach in tokens of unit variance: they are then a third of it at a width of 160. */
const REACH = 3;

/**
 * How wrong the tokens of some layers, `[B, g g, D]` each, are about where they are: the mean squared
 * error of sine and cosine of row and column, read from twelve fixed directions of the tokens, which
 * first get mean 0 and variance 1. The directions are fixed, so that the places stay a set part of
 * what a token says.
 */
export function placeLoss(layers: readonly tf.Tensor3D[]): tf.Scalar {
  return tf.tidy(() => {
    const [b, n, width] = layers[0].shape;
    const norm = { weight: tf.ones([width]) as tf.Tensor1D, bias: tf.zeros([width]) as tf.Tensor1D, eps: 1e-5 };
    const read = directions(width);
    const wanted = tf.tile(tf.mul(waves(n), REACH), [b, 1]);
    const errors = layers.map((tokens) => {
      const told = tf.matMul(layerNorm(tf.reshape(tokens, [b * n, width]), norm), read);
      return tf.mean(tf.square(tf.sub(told, wanted))) as tf.Scalar;
    });
    return mean(errors);
  });
}

/** Sine and cosine of each wave along rows and columns, `[g g, 12]`. */
function waves(n: number): tf.Tensor2D {
  const g = Math.round(Math.sqrt(n));
  const rows = Array.from({ length: n }, (_, i) =>
    WAVES.flatMap((k) => [Math.floor(i / g), i % g].flatMap((at) => [Math.sin, Math.cos].map((f) => f((Math.PI * k * (at + 0.5)) / g)))),
  );
  return tf.tensor2d(rows);
}

/** Fixed random directions of about unit length, nearly orthogonal, `[D, 12]`. */
function directions(width: number): tf.Tensor2D {
  const random = Random.of(0, 'pretrain', 'place', width);
  const values = Float32Array.from({ length: width * 4 * WAVES.length }, () => random.normal(0, 1 / Math.sqrt(width)));
  return tf.tensor2d(values, [width, 4 * WAVES.length]);
}
