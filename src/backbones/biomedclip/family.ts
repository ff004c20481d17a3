import type { ExpectedWeights } from '../checkpoint/check-weights';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files';
import { OPEN_CLIP_CONFIG } from '../checkpoint/config-files';
import { Checkpoint } from '../checkpoint/parameters';
import { countWeights } from '../checkpoint/shapes';
import { TOKENIZER_FILES } from '../checkpoint/tokenizer-file';
import type { Family, ReadCheckpoint } from '../family';
import { hasTowers, OPEN_CLIP_WEIGHTS, openClipPreprocessing } from '../open-clip/settings';
import { readBiomedClipConfig } from './config';
import { imageShapes, loadImageTower } from './image-tower';
import { sizesOf, type TextSizes, type VisionSizes } from './sizes';
import { BertTower, textShapes } from './text-tower';
import { readWordPiece } from './tokenizer';

/**
 * A `CustomTextCLIP` of open_clip with a vision transformer of timm and a BERT, as BiomedCLIP is
 * one (Zhang et al. 2023).
 */
export const biomedClip: Family = {
  name: 'biomedclip',
  title: 'a BiomedCLIP',
  config: OPEN_CLIP_CONFIG,
  weights: OPEN_CLIP_WEIGHTS,
  settings: TOKENIZER_FILES,
  recognises: (files) => hasTowers(files, (vision, text) => Boolean(vision.timm_model_name) || Boolean(text.hf_model_name)),
  checkSettings(files) {
    readBiomedClipConfig(files);
    readWordPiece(files);
  },
  read,
};

function read(files: CheckpointFiles): ReadCheckpoint {
  const config = readBiomedClipConfig(files);
  const checkpoint = Checkpoint.open(files, OPEN_CLIP_WEIGHTS);
  const { vision, text } = sizesOf(files, checkpoint, config);
  const embedding = config.settings.model_cfg.embed_dim;
  const expected = expectedWeights(vision, text, embedding);
  return {
    facts: {
      family: 'biomedclip',
      imageSize: vision.image,
      patchSize: vision.patch,
      width: vision.width,
      depth: vision.depth,
      heads: vision.heads,
      jointWidth: embedding,
      text: { width: text.width, depth: text.depth, positions: text.positions },
      parameters: countWeights(expected.shapes),
    },
    checkpoint,
    expected,
    unused: checkpoint.check(expected),
    settings: [...config.files, ...TOKENIZER_FILES.filter((file) => files.has(file))],
    preprocessing: openClipPreprocessing(config.settings, vision.image, files.pathOf(OPEN_CLIP_CONFIG)),
    loadImage: (size) => loadImageTower(checkpoint, vision, embedding, size),
    loadText: () => new BertTower(checkpoint, text, embedding),
    tokenizer: () => readWordPiece(files),
  };
}

function expectedWeights(vision: VisionSizes, text: TextSizes, embedding: number): ExpectedWeights {
  return {
    shapes: [...imageShapes(vision, embedding), ...textShapes(text, embedding), ['logit_scale', []]],
    optional: ['logit_scale'],
    own: /^(visual|text|logit_scale|logit_bias)\b/,
    buffers: /^(text\.transformer\.(embeddings\.position_ids|pooler\.dense\.(weight|bias))|logit_bias)$/,
    config: OPEN_CLIP_CONFIG,
  };
}
