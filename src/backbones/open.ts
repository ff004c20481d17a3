import type { Backbone, BackboneFacts } from './backbone';
import type { CheckpointFiles } from './checkpoint-files';
import { Clip, type ClipOptions } from './clip/clip';
import { readClipConfig } from './clip/config';
import { parameterShapes } from './clip/parameter-shapes';

/**
 * Opens a backbone whose kind is recognised by its files; no weights are read yet. A backend must
 * be ready before it encodes.
 * @throws UserError if files are missing or wrong, or of an unknown family
 */
export function openBackbone(files: CheckpointFiles, options: ClipOptions): Backbone {
  return Clip.open(files, options);
}

/**
 * Reads all files of a backbone once without keeping them, so that every fault is reported before
 * any work, even for methods that use few weights or none.
 * @throws UserError as {@link openBackbone}, and if a weight is NaN or infinite
 */
export function checkBackbone(files: CheckpointFiles): void {
  Clip.check(files);
}

/** The paths of the files of a backbone: its configurations and its weights. */
export function backboneFiles(files: CheckpointFiles): string[] {
  return Clip.files(files);
}

/**
 * Reads the facts from the configuration of a backbone.
 * @throws UserError as {@link openBackbone}
 */
export function readBackboneFacts(files: CheckpointFiles): BackboneFacts {
  const config = readClipConfig(files);
  const { vision_config: vision, text_config: text } = config;
  return {
    family: 'clip',
    imageSize: vision.image_size,
    patchSize: vision.patch_size,
    width: vision.hidden_size,
    depth: vision.num_hidden_layers,
    heads: vision.num_attention_heads,
    jointWidth: config.projection_dim,
    text: { width: text.hidden_size, depth: text.num_hidden_layers, positions: text.max_position_embeddings },
    parameters: parameterShapes(config).reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0),
  };
}
