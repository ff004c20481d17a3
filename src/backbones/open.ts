import type { Backbone, BackboneFacts } from './backbone';
import type { CheckpointFiles } from './checkpoint/checkpoint-files';
import { familyOf } from './families';
import { TransformerBackbone, type BackboneOptions } from './transformer/transformer-backbone';

/**
 * Opens a backbone whose family is recognised by its files; no weights are read yet. A backend must
 * be ready before it encodes.
 * @throws UserError if files are missing or wrong, or of an unknown family
 */
export function openBackbone(files: CheckpointFiles, options: BackboneOptions): Backbone {
  return openTransformer(files, options);
}

/** As {@link openBackbone}, where more of it is needed than every backbone has. */
export function openTransformer(files: CheckpointFiles, options: BackboneOptions): TransformerBackbone {
  return new TransformerBackbone(files.name, familyOf(files).read(files), options);
}

/**
 * Reads all files of a backbone once without keeping them, so that every fault is reported before
 * any work, even for methods that use few weights or none.
 * @throws UserError as {@link openBackbone}, and if a weight is NaN or infinite
 */
export function checkBackbone(files: CheckpointFiles): void {
  const { checkpoint, expected, tokenizer } = familyOf(files).read(files);
  checkpoint.checkFinite(expected);
  tokenizer?.();
}

/** The paths of the files of a backbone that affect results: its settings and its weights. */
export function backboneFiles(files: CheckpointFiles): string[] {
  const { settings, checkpoint } = familyOf(files).read(files);
  return [...settings.map((file) => files.pathOf(file)), ...checkpoint.paths];
}

/**
 * The facts of a backbone, from its configuration and the headers of its weights.
 * @throws UserError as {@link openBackbone}
 */
export function readBackboneFacts(files: CheckpointFiles): BackboneFacts {
  return familyOf(files).read(files).facts;
}
