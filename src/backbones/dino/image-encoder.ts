import { tf } from '../../common/tf';
import type { Parameters } from '../checkpoint/parameters';
import type { ImageSize } from '../family';
import { ClassTokenHead } from '../transformer/class-token-head';
import { ImageEncoder } from '../transformer/image-encoder';
import { loadLayerNorm, loadLinear, type Linear } from '../transformer/layers';
import { antialiasedMatrix, bicubicMatrix, resizePositions } from '../transformer/position-resize';
import { Transformer, type Block } from '../transformer/transformer';
import type { DinoConfig } from './config';
import { namesOf } from './names';
import { rotaryPositions } from './rotary-positions';

/**
 * Loads the vision transformer of DINOv2 (Oquab et al. 2024), with or without registers (Darcet et
 * al. 2024), or DINOv3 (Siméoni et al. 2025).
 * @param size - height and width; learned positions are resized to it
 */
export function dinoImageEncoder(from: Parameters, config: DinoConfig, [height, width]: ImageSize): ImageEncoder {
  const { hidden_size: d, patch_size: p, num_attention_heads: heads, registers, theta } = config;
  const names = namesOf(config);
  const grid = [Math.floor(height / p), Math.floor(width / p)] as const;
  return new ImageEncoder({
    height,
    width,
    patchSize: p,
    kernel: from.get(`${names.patches}.weight`, [d, 3, p, p]),
    bias: from.get(`${names.patches}.bias`, [d]) as tf.Tensor1D,
    first: firstTokens(from, config),
    positions: theta === undefined ? learnedPositions(from, config, grid) : undefined,
    transformer: new Transformer(
      Array.from({ length: config.num_hidden_layers }, (_, i) => loadBlock(from, `${names.blocks}.${i}`, config)),
      config,
    ),
    rotation: theta === undefined ? undefined : rotaryPositions(grid, 1 + registers, d / heads, theta),
    head: new ClassTokenHead(loadLayerNorm(from, names.norm, d, config.layer_norm_eps), undefined),
  });
}

/** The class token, then the registers: `[1 + R, D]`. */
function firstTokens(from: Parameters, { hidden_size: d, registers, ...config }: DinoConfig): tf.Tensor {
  const names = namesOf(config);
  const parts = [from.get(names.classToken, [1, 1, d]), ...(registers > 0 ? [from.get(names.registers, [1, registers, d])] : [])];
  const first = tf.tidy(() => tf.reshape(tf.concat(parts, 1), [1 + registers, d]));
  tf.dispose(parts);
  return first;
}

/**
 * The positions of the class token and the patches, resized to a grid; 0 for the registers, which
 * have none. Hugging Face's models resize with antialiasing only if there are registers.
 */
function learnedPositions(from: Parameters, config: DinoConfig, grid: readonly [number, number]): tf.Tensor2D {
  const { hidden_size: d, type, registers } = config;
  const trained = Math.floor(config.image_size / config.patch_size);
  const stored = from.get(namesOf(config).positions, [1, trained * trained + 1, d]);
  const learned = tf.reshape(stored, [trained * trained + 1, d]) as tf.Tensor2D;
  stored.dispose();
  const resized = resizePositions(learned, trained, grid, type === 'dinov2_with_registers' ? antialiasedMatrix : bicubicMatrix);
  if (registers === 0) return resized;
  const whole = tf.tidy(() => {
    const [first, patches] = tf.split(resized, [1, grid[0] * grid[1]]);
    return tf.concat([first, tf.zeros([registers, d]), patches]) as tf.Tensor2D;
  });
  resized.dispose();
  return whole;
}

/** Loads one block; LayerScale, λ (W x + b), becomes part of W and b. */
function loadBlock(from: Parameters, prefix: string, config: DinoConfig): Block {
  const { hidden_size: d, intermediate_size: m, layer_norm_eps: eps, bias } = config;
  const { block, mlp } = namesOf(config);
  const layer = (name: string, out: number, into: number, biased: boolean): Linear =>
    biased
      ? loadLinear(from, `${prefix}.${name}`, out, into)
      : { weight: from.get(`${prefix}.${name}.weight`, [out, into]) as tf.Tensor2D, bias: tf.zeros([out]) };
  const scaled = (linear: Linear, scale: string): Linear => scaleRows(linear, from.get(`${prefix}.${scale}`, [d]) as tf.Tensor1D);
  const [gate, up] =
    mlp.fused === undefined
      ? [mlp.gate === undefined ? undefined : layer(mlp.gate, m, d, bias.mlp), layer(mlp.up, m, d, bias.mlp)]
      : halves(layer(mlp.fused, 2 * m, d, true));
  return {
    norm1: loadLayerNorm(from, `${prefix}.${block.norm1}`, d, eps),
    query: layer(block.query, d, d, bias.query),
    key: layer(block.key, d, d, bias.key),
    value: layer(block.value, d, d, bias.value),
    out: scaled(layer(block.out, d, d, bias.out), block.scale1),
    norm2: loadLayerNorm(from, `${prefix}.${block.norm2}`, d, eps),
    up,
    gate,
    down: scaled(layer(mlp.down, d, m, bias.mlp), block.scale2),
  };
}

/** Multiplies each output of a linear layer by a number; the arguments are disposed of. */
function scaleRows({ weight, bias }: Linear, scale: tf.Tensor1D): Linear {
  const scaled = tf.tidy(() => ({
    weight: tf.mul(weight, tf.expandDims(scale, 1)) as tf.Tensor2D,
    bias: tf.mul(bias, scale) as tf.Tensor1D,
  }));
  tf.dispose([weight, bias, scale]);
  return scaled;
}

/** The two halves of the outputs of a linear layer, which is disposed of. */
function halves({ weight, bias }: Linear): [Linear, Linear] {
  const weights = tf.split(weight, 2) as tf.Tensor2D[];
  const biases = tf.split(bias, 2) as tf.Tensor1D[];
  tf.dispose([weight, bias]);
  return [
    { weight: weights[0], bias: biases[0] },
    { weight: weights[1], bias: biases[1] },
  ];
}
