import type { CheckpointFiles } from '../checkpoint/checkpoint-files';
import { OPEN_CLIP_CONFIG } from '../checkpoint/config-files';
import { Checkpoint } from '../checkpoint/parameters';
import { countWeights } from '../checkpoint/shapes';
import type { Family, ReadCheckpoint } from '../family';
import { readOpenClipConfig } from './config';
import { hasTowers, OPEN_CLIP_WEIGHTS } from './settings';
import { openClipImageEncoder, openClipTextEncoder, openClipWeights } from './towers';

/** A CLIP as open_clip writes it (Ilharco et al. 2021), with vision transformers of its own. */
export const openClip: Family = {
  name: 'open-clip',
  title: 'a model of open_clip',
  config: OPEN_CLIP_CONFIG,
  weights: OPEN_CLIP_WEIGHTS,
  settings: [],
  recognises: (files) => hasTowers(files, (vision, text) => !vision.timm_model_name && !text.hf_model_name),
  checkSettings: (files) => void readOpenClipConfig(files),
  read,
};

function read(files: CheckpointFiles): ReadCheckpoint {
  const config = readOpenClipConfig(files);
  const { vision, text, embedding, preprocessing } = config;
  const checkpoint = Checkpoint.open(files, OPEN_CLIP_WEIGHTS);
  const prefix = checkpoint.shapeOf('text.positional_embedding') ? 'text.' : ''; // CustomTextCLIP, or CLIP
  const expected = openClipWeights(config, prefix);
  return {
    facts: {
      family: 'open-clip',
      imageSize: vision.image_size,
      patchSize: vision.patch_size,
      width: vision.hidden_size,
      depth: vision.num_hidden_layers,
      heads: vision.num_attention_heads,
      jointWidth: embedding,
      text: { width: text.hidden_size, depth: text.num_hidden_layers, positions: text.max_position_embeddings },
      parameters: countWeights(expected.shapes),
    },
    checkpoint,
    expected,
    unused: checkpoint.check(expected),
    settings: [OPEN_CLIP_CONFIG],
    preprocessing,
    loadImage: (size) => openClipImageEncoder(checkpoint, vision, embedding, size),
    loadText: () => openClipTextEncoder(checkpoint, prefix, text, embedding),
  };
}
