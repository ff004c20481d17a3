import type { ExpectedWeights } from '../checkpoint/check-weights';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import { linearShapes, normShapes, type Shapes } from '../checkpoint/shapes';
import type { DinoConfig } from './config';
import { namesOf } from './names';

/** The tensors of a checkpoint with this configuration. */
export function expectedWeights(config: DinoConfig): ExpectedWeights {
  const { maskToken } = namesOf(config);
  return {
    shapes: [[maskToken, [1, config.hidden_size]], ...parameterShapes(config)],
    optional: [maskToken], // only training reads it
    own: /^(embeddings|encoder|layer|layernorm|norm)\b/,
    buffers: /^rope_embeddings\.inv_freq$/,
    config: HUGGING_FACE_CONFIG,
  };
}

/** Every parameter that inference reads, with its shape. */
export function parameterShapes(config: DinoConfig): Shapes {
  const { hidden_size: d, intermediate_size: m, registers, bias, image_size: size, patch_size: p } = config;
  const names = namesOf(config);
  const grid = Math.floor(size / p);
  const { block, mlp } = names;
  const feedForward = mlp.fused === undefined ? linearShapes(mlp.up, m, d, bias.mlp) : linearShapes(mlp.fused, 2 * m, d);
  const one = [
    ...normShapes(block.norm1, d),
    ...(['query', 'key', 'value', 'out'] as const).flatMap((part) => linearShapes(block[part], d, d, bias[part])),
    [block.scale1, [d]],
    ...normShapes(block.norm2, d),
    ...feedForward,
    ...(mlp.gate === undefined ? [] : linearShapes(mlp.gate, m, d, bias.mlp)),
    ...linearShapes(mlp.down, d, m, bias.mlp),
    [block.scale2, [d]],
  ] as Shapes;
  return [
    [names.classToken, [1, 1, d]],
    ...((registers > 0 ? [[names.registers, [1, registers, d]]] : []) as Shapes),
    [`${names.patches}.weight`, [d, 3, p, p]],
    [`${names.patches}.bias`, [d]],
    ...((config.theta === undefined ? [[names.positions, [1, grid * grid + 1, d]]] : []) as Shapes),
    ...Array.from({ length: config.num_hidden_layers }, (_, i) => i).flatMap((i) =>
      one.map(([name, shape]): [string, number[]] => [`${names.blocks}.${i}.${name}`, shape]),
    ),
    ...normShapes(names.norm, d),
  ];
}
