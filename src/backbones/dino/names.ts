import type { DinoConfig } from './config';

/** The names of the parts of a checkpoint. */
export interface DinoNames {
  classToken: string;
  registers: string;
  maskToken: string;
  patches: string;
  /** Of learned positions. */
  positions: string;
  /** The name before the number of a block. */
  blocks: string;
  /** Within a block. */
  block: Record<'query' | 'key' | 'value' | 'out' | 'norm1' | 'norm2' | 'scale1' | 'scale2', string>;
  /** The feed-forward part; `fused` holds gate and up, one after the other. */
  mlp: { up: string; down: string; gate?: string; fused?: string };
  norm: string;
}

const scales = { norm1: 'norm1', norm2: 'norm2', scale1: 'layer_scale1.lambda1', scale2: 'layer_scale2.lambda1' };
const tokens = { classToken: 'embeddings.cls_token', registers: 'embeddings.register_tokens', maskToken: 'embeddings.mask_token' };

/** The names that Hugging Face's libraries use for a model of this type. */
export function namesOf({ type, gated }: Pick<DinoConfig, 'type' | 'gated'>): DinoNames {
  if (type === 'dinov3_vit') {
    return {
      ...tokens,
      patches: 'embeddings.patch_embeddings',
      positions: '',
      blocks: 'layer',
      block: { ...scales, query: 'attention.q_proj', key: 'attention.k_proj', value: 'attention.v_proj', out: 'attention.o_proj' },
      mlp: { up: 'mlp.up_proj', down: 'mlp.down_proj', gate: gated ? 'mlp.gate_proj' : undefined },
      norm: 'norm',
    };
  }
  const inner = 'attention.attention';
  return {
    ...tokens,
    patches: 'embeddings.patch_embeddings.projection',
    positions: 'embeddings.position_embeddings',
    blocks: 'encoder.layer',
    block: { ...scales, query: `${inner}.query`, key: `${inner}.key`, value: `${inner}.value`, out: 'attention.output.dense' },
    mlp: gated ? { up: '', fused: 'mlp.weights_in', down: 'mlp.weights_out' } : { up: 'mlp.fc1', down: 'mlp.fc2' },
    norm: 'layernorm',
  };
}
