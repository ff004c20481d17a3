import { modelTypeOf, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import { Checkpoint } from '../checkpoint/parameters';
import { preparedSize, preprocessingFile, PREPROCESSING_FILES, readPreprocessing } from '../checkpoint/preprocessing';
import { countWeights } from '../checkpoint/shapes';
import { HUGGING_FACE } from '../checkpoint/weight-files';
import type { Family, ReadCheckpoint } from '../family';
import { isDinoType, readDinoConfig, type DinoType } from './config';
import { dinoImageEncoder } from './image-encoder';
import { expectedWeights, parameterShapes } from './parameter-shapes';

/** By what pixels are normalised if the files of a checkpoint do not say it: ImageNet's statistics. */
const STATS = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** The names of the family in results. */
const NAMES: Record<DinoType, string> = { dinov2: 'dinov2', dinov2_with_registers: 'dinov2', dinov3_vit: 'dinov3' };

/**
 * Hugging Face's `Dinov2Model`, `Dinov2WithRegistersModel` and `DINOv3ViTModel`: images only. The
 * size of the images is that of the preprocessing; the positions of published DINOv2 are learned at
 * a larger size.
 */
export const dino: Family = {
  name: 'dino',
  title: 'a Hugging Face Dinov2Model, Dinov2WithRegistersModel or DINOv3ViTModel',
  config: HUGGING_FACE_CONFIG,
  weights: HUGGING_FACE,
  settings: PREPROCESSING_FILES,
  recognises: (files) => isDinoType(modelTypeOf(files)),
  checkSettings(files) {
    readDinoConfig(files);
    readPreprocessing(files, undefined, STATS);
  },
  read,
};

function read(files: CheckpointFiles): ReadCheckpoint {
  const checkpoint = Checkpoint.open(files);
  const config = readDinoConfig(files);
  const expected = expectedWeights(config);
  return {
    facts: {
      family: NAMES[config.type],
      imageSize: preparedSize(files) ?? config.image_size,
      patchSize: config.patch_size,
      width: config.hidden_size,
      depth: config.num_hidden_layers,
      heads: config.num_attention_heads,
      jointWidth: config.hidden_size,
      text: undefined,
      parameters: countWeights(parameterShapes(config)),
    },
    checkpoint,
    expected,
    unused: checkpoint.check(expected),
    settings: [HUGGING_FACE_CONFIG, ...preprocessingFile(files)],
    preprocessing: readPreprocessing(files, undefined, STATS),
    loadImage: (size) => dinoImageEncoder(checkpoint, config, size),
  };
}
