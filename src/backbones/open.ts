import type { Backbone, BackboneFacts } from './backbone';
import { Clip } from './clip/clip';
import { readClipConfig } from './clip/config';
import { parameterShapes } from './clip/parameter-shapes';

/**
 * Opens the backbone in a folder, by what the folder is, and makes the backend ready; no weights are read yet.
 * @param imageSize - S in pixels (default: the checkpoint's own)
 * @throws UserError where the folder's files are missing or wrong, or of a family that is not known
 */
export function openBackbone(dir: string, imageSize?: number): Promise<Backbone> {
  return Clip.open(dir, imageSize);
}

/**
 * Reads all of a backbone's folder once, without keeping it: whatever is wrong with it is said before any work, also by methods
 * that use a part of the weights or none.
 * @throws UserError as {@link openBackbone}, and where a weight is NaN or infinite
 */
export function checkBackbone(dir: string): void {
  Clip.check(dir);
}

/** The files that make up a backbone's folder: its configurations and its weights. */
export function backboneFiles(dir: string): string[] {
  return Clip.files(dir);
}

/**
 * What the configuration in a folder says.
 * @throws UserError as {@link openBackbone}
 */
export function readBackboneFacts(dir: string): BackboneFacts {
  const config = readClipConfig(dir);
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
