import { modelTypeOf, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import { Checkpoint } from '../checkpoint/parameters';
import { preprocessingFile, PREPROCESSING_FILES, readPreprocessing } from '../checkpoint/preprocessing';
import { countWeights } from '../checkpoint/shapes';
import { TOKENIZER_FILES } from '../checkpoint/tokenizer-file';
import { HUGGING_FACE } from '../checkpoint/weight-files';
import type { Family, ReadCheckpoint } from '../family';
import { readSiglipConfig } from './config';
import { expectedWeights, parameterShapes } from './parameter-shapes';
import { SiglipTokenizer } from './tokenizer';
import { siglipImageEncoder, siglipTextEncoder } from './towers';

/** By what pixels are normalised if the files of a checkpoint do not say it. */
const STATS = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

/**
 * A Hugging Face `SiglipModel`: SigLIP (Zhai et al. 2023), SigLIP 2 with a fixed image size
 * (Tschannen et al. 2025), MedSigLIP.
 */
export const siglip: Family = {
  name: 'siglip',
  title: 'a Hugging Face SiglipModel',
  config: HUGGING_FACE_CONFIG,
  weights: HUGGING_FACE,
  settings: [...PREPROCESSING_FILES, ...TOKENIZER_FILES],
  recognises: (files) => modelTypeOf(files) === 'siglip',
  checkSettings(files) {
    readPreprocessing(files, readSiglipConfig(files).vision_config.image_size, STATS);
    SiglipTokenizer.open(files);
  },
  read,
};

function read(files: CheckpointFiles): ReadCheckpoint {
  const checkpoint = Checkpoint.open(files);
  const config = readSiglipConfig(files);
  const { vision_config: vision, text_config: text } = config;
  const expected = expectedWeights(config);
  return {
    facts: {
      family: 'siglip',
      imageSize: vision.image_size,
      patchSize: vision.patch_size,
      width: vision.hidden_size,
      depth: vision.num_hidden_layers,
      heads: vision.num_attention_heads,
      jointWidth: vision.hidden_size,
      text: { width: text.hidden_size, depth: text.num_hidden_layers, positions: text.max_position_embeddings },
      parameters: countWeights(parameterShapes(config)),
    },
    checkpoint,
    expected,
    unused: checkpoint.check(expected),
    settings: [HUGGING_FACE_CONFIG, ...preprocessingFile(files), ...TOKENIZER_FILES.filter((name) => files.has(name))],
    preprocessing: readPreprocessing(files, vision.image_size, STATS),
    loadImage: (size) => siglipImageEncoder(checkpoint, vision, size),
    loadText: () => siglipTextEncoder(checkpoint, text, vision.hidden_size),
    tokenizer: () => SiglipTokenizer.open(files),
  };
}
