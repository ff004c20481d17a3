import { tf } from '../../common/tf';
import type { Parameters } from '../checkpoint/parameters';

/** y = x Wᵀ + b; `weight` is `[out, in]` as in the checkpoint, `bias` `[out]`. */
export interface Linear {
  weight: tf.Tensor2D;
  bias: tf.Tensor1D;
}

/** Scale and shift of a layer normalisation, `[D]` each. */
export interface LayerNorm {
  weight: tf.Tensor1D;
  bias: tf.Tensor1D;
  eps: number;
}

/**
 * The activations of feed-forward parts, by their names in Hugging Face configurations:
 * - `gelu`: the exact GELU, x (1 + erf(x / sqrt 2)) / 2
 * - `gelu_pytorch_tanh`: x (1 + tanh(sqrt(2 / π) (x + 0.044715 x³))) / 2
 * - `quick_gelu`: x sigmoid(1.702 x)
 * - `silu`: x sigmoid(x)
 */
export const ACTIVATIONS = ['quick_gelu', 'gelu', 'gelu_pytorch_tanh', 'silu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** The factor s of the activations x sigmoid(s x). */
export const SIGMOID_SCALE: Partial<Record<Activation, number>> = { quick_gelu: 1.702, silu: 1 };

/** The factors of `gelu_pytorch_tanh`. */
export const TANH_GELU = { scale: Math.sqrt(2 / Math.PI), cubic: 0.044715 };

/** Loads `NAME.weight` and `NAME.bias`. */
export function loadLinear(from: Parameters, name: string, out: number, into: number): Linear {
  return { weight: from.get(`${name}.weight`, [out, into]) as tf.Tensor2D, bias: from.get(`${name}.bias`, [out]) as tf.Tensor1D };
}

/** Loads `NAME.weight` and `NAME.bias`. */
export function loadLayerNorm(from: Parameters, name: string, width: number, eps: number): LayerNorm {
  return { weight: from.get(`${name}.weight`, [width]) as tf.Tensor1D, bias: from.get(`${name}.bias`, [width]) as tf.Tensor1D, eps };
}

/**
 * Loads query, key and value from one matrix, `[3 D, D]`, and one bias, `[3 D]`: rows of the query
 * first.
 */
export function loadFused(from: Parameters, weight: string, bias: string, width: number): [Linear, Linear, Linear] {
  const split = <T extends tf.Tensor>(whole: tf.Tensor): T[] => {
    const parts = tf.split(whole, 3) as T[];
    whole.dispose();
    return parts;
  };
  const weights = split<tf.Tensor2D>(from.get(weight, [3 * width, width]));
  const biases = split<tf.Tensor1D>(from.get(bias, [3 * width]));
  return weights.map((part, i) => ({ weight: part, bias: biases[i] })) as [Linear, Linear, Linear];
}

/** Applies a linear layer to the last axis: `[R, in]` to `[R, out]`. */
export function linear(x: tf.Tensor2D, { weight, bias }: Linear): tf.Tensor2D {
  return tf.add(tf.matMul(x, weight, false, true), bias);
}

const normalize = tf.customGrad((...args: unknown[]) => {
  const [x, weight, bias, eps, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Scalar, (tensors: tf.Tensor[]) => void];
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps)); // 1 / sd, [R, 1]
  const unit = tf.mul(centred, inverse);
  save([unit, inverse, weight]);
  return {
    value: tf.add(tf.mul(unit, weight), bias),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [u, inv, w] = saved;
      const g = tf.mul(dy, w);
      // dx = (g - mean(g) - u mean(g u)) / sd
      const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), tf.mul(u, tf.mean(tf.mul(g, u), -1, true))), inv);
      return [dx, tf.sum(tf.mul(dy, u), 0), tf.sum(dy, 0), tf.zerosLike(inv)];
    },
  };
});

/**
 * Layer normalisation over the last axis of `[R, D]` (Ba et al. 2016), with its gradient in closed
 * form.
 */
export function layerNorm(x: tf.Tensor2D, { weight, bias, eps }: LayerNorm): tf.Tensor2D {
  return tf.tidy(() => normalize(x, weight, bias, tf.scalar(eps)) as tf.Tensor2D);
}

/** See {@link Activation}. */
export function activation(x: tf.Tensor2D, name: Activation): tf.Tensor2D {
  const scale = SIGMOID_SCALE[name];
  if (scale !== undefined) return tf.mul(x, tf.sigmoid(tf.mul(x, scale)));
  return name === 'gelu' ? (exactGelu(x) as tf.Tensor2D) : tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tanhArgument(x)), 1));
}

/**
 * x Φ(x) with its gradient Φ(x) + x φ(x) in closed form: of the many steps of erf nothing is kept
 * but x.
 */
const exactGelu = tf.customGrad((...args: unknown[]) => {
  const [x, save] = args as [tf.Tensor, (tensors: tf.Tensor[]) => void];
  save([x]);
  const cumulative = (v: tf.Tensor): tf.Tensor => tf.add(erf(tf.mul(v, Math.SQRT1_2)), 1);
  return {
    value: tf.tidy(() => tf.mul(tf.mul(x, 0.5), cumulative(x))),
    gradFunc: (dy: tf.Tensor, [v]: tf.Tensor[]) =>
      tf.tidy(() => {
        const density = tf.mul(tf.exp(tf.mul(tf.square(v), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(tf.mul(cumulative(v), 0.5), tf.mul(v, density)));
      }),
  };
});

function tanhArgument(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.mul(x, TANH_GELU.scale), tf.add(tf.mul(tf.square(x), TANH_GELU.cubic), 1));
}

/**
 * The error function by Abramowitz and Stegun 7.1.26, with an error below 1.5e-7, the precision of
 * float32. It uses only operations that every backend has: WebAssembly lacks a kernel for erf.
 */
function erf(x: tf.Tensor): tf.Tensor {
  const t = tf.div(1, tf.add(1, tf.mul(tf.abs(x), 0.3275911)));
  let poly: tf.Tensor = tf.mul(t, 1.061405429);
  for (const c of [-1.453152027, 1.421413741, -0.284496736, 0.254829592]) poly = tf.mul(tf.add(poly, c), t);
  return tf.mul(tf.sign(x), tf.sub(1, tf.mul(poly, tf.exp(tf.neg(tf.square(x))))));
}
