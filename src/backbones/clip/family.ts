import { modelTypeOf, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import { Checkpoint } from '../checkpoint/parameters';
import { preprocessingFile, PREPROCESSING_FILES, readPreprocessing } from '../checkpoint/preprocessing';
import { HUGGING_FACE } from '../checkpoint/weight-files';
import type { Family, ReadCheckpoint } from '../family';
import { factsOf } from './facts';
import { readClipConfig } from './config';
import { expectedWeights } from './parameter-shapes';
import { clipImageEncoder, clipTextEncoder } from './towers';

/** A Hugging Face `CLIPModel`, as OpenAI published them (Radford et al. 2021). */
export const clip: Family = {
  name: 'clip',
  title: 'a Hugging Face CLIPModel',
  config: HUGGING_FACE_CONFIG,
  weights: HUGGING_FACE,
  settings: PREPROCESSING_FILES,
  recognises: (files) => modelTypeOf(files) === 'clip',
  checkSettings(files) {
    readPreprocessing(files, readClipConfig(files).vision_config.image_size);
  },
  read,
};

function read(files: CheckpointFiles): ReadCheckpoint {
  const checkpoint = Checkpoint.open(files); // first, so that a folder which is no checkpoint is named as what it is
  const config = readClipConfig(files);
  const { vision_config: vision, text_config: text, projection_dim: dim } = config;
  const expected = expectedWeights(config);
  return {
    facts: factsOf('clip', config),
    checkpoint,
    expected,
    unused: checkpoint.check(expected),
    settings: [HUGGING_FACE_CONFIG, ...preprocessingFile(files)],
    preprocessing: readPreprocessing(files, vision.image_size),
    loadImage: (size) => clipImageEncoder(checkpoint, vision, dim, size),
    loadText: () => clipTextEncoder(checkpoint, text, dim),
  };
}
