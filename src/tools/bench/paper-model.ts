import path from 'node:path';
import { Random } from '../../common/random';
import type { ClipConfig } from '../../backbones/clip/config';
import { defaultLayers } from '../../backbones/layers';
import type { GrayImage } from '../../image/image';
import { tokenizePrompt } from '../../methods/mediclip/prompt-layout';
import { trainingConfig, type TrainingConfig } from '../../runs/config';
import type { BenchOptions } from './bench';
import { benchConfig, writeRandomClip } from './random-clip';
import { loadTokenizer } from '../../backbones/node/load-tokenizer';

/** The paper's set-up at full size, or a small one for a quick run. */
export interface PaperModel {
  /** Folder of a CLIP with random weights. */
  dir: string;
  clip: ClipConfig;
  config: TrainingConfig;
  /** What the PyTorch side needs to know to do the same work. */
  settings: Record<string, unknown>;
}

export function paperModel({ quick, blocks, folder }: BenchOptions): PaperModel {
  const clip = benchConfig({ quick, blocks });
  const { vision_config: v, text_config: t } = clip;
  const config = trainingConfig({ batchSize: quick ? 2 : 8, imageSize: v.image_size, shots: quick ? 2 : 16 });
  const tokenizer = loadTokenizer();
  const { normal, abnormal } = config.prompts;
  const ids = [...normal, ...abnormal].map((text) =>
    Array.from(tokenizePrompt(tokenizer, text, config.contextTokens, t.max_position_embeddings).ids),
  );
  const settings = {
    batch: config.batchSize,
    layers: defaultLayers(v.num_hidden_layers),
    dim: clip.projection_dim,
    ids,
    normal: normal.length,
    contextTokens: config.contextTokens,
    text: { width: t.hidden_size, heads: t.num_attention_heads, layers: t.num_hidden_layers, context_length: t.max_position_embeddings },
    vision: {
      image_size: v.image_size,
      patch_size: v.patch_size,
      layers: v.num_hidden_layers,
      width: v.hidden_size,
      head_width: v.hidden_size / v.num_attention_heads,
      mlp_ratio: v.intermediate_size / v.hidden_size,
    },
  };
  return { dir: writeRandomClip(path.join(folder, 'clip'), clip), clip, config, settings };
}

/** Grey discs on black, which all synthesis tasks accept. */
export function roundImages(count: number, size: number, seed = 1): GrayImage[] {
  return Array.from({ length: count }, (_, i) => {
    const random = Random.of(seed, 'bench', 'round', i);
    const radius = size * random.uniform(0.35, 0.45);
    const data = Uint8Array.from({ length: size * size }, (_, at) => {
      const distance = Math.hypot((at % size) - size / 2, Math.floor(at / size) - size / 2);
      return distance > radius ? 0 : 60 + Math.floor(random.uniform(0, 120));
    });
    return { width: size, height: size, channels: 1, data };
  });
}
