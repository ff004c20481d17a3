import { UserError } from '../../common/errors';
import { initBackend } from '../../common/node/backend';
import { printable } from '../../common/printable';
import type { Backbone } from '../backbone';
import type { ImageSize } from '../family';
import { openBackbone, openTransformer } from '../open';
import type { TextEncoder } from '../transformer/text-encoder';
import type { BackboneOptions, TransformerBackbone } from '../transformer/transformer-backbone';
import { checkpointFolder } from './checkpoint-folder';
import { loadTokenizer } from './load-tokenizer';

/**
 * Opens the backbone in a folder, by what the folder is, and makes the backend ready; no weights
 * are read yet.
 * @param imageSize - S in pixels (default: the checkpoint's own)
 * @throws UserError if the files of the folder are missing or wrong, or of an unknown family
 */
export async function openBackboneFolder(dir: string, imageSize?: number): Promise<Backbone> {
  const backbone = openBackbone(checkpointFolder(dir), options(imageSize));
  await initBackend();
  return backbone;
}

/**
 * As {@link openBackboneFolder}, where more of it is needed than every backbone has.
 * @throws UserError if the files of the folder are missing or wrong, or give weights or pixels an
 * unknown meaning
 */
export async function openTransformerFolder(dir: string, imageSize?: number | ImageSize): Promise<TransformerBackbone> {
  const backbone = openTransformer(checkpointFolder(dir), options(imageSize));
  await initBackend();
  return backbone;
}

/**
 * As {@link openTransformerFolder}, for a CLIP.
 * @throws UserError also if the backbone is of another family
 */
export async function openClipFolder(dir: string, imageSize?: number): Promise<TransformerBackbone<TextEncoder>> {
  const backbone = await openTransformerFolder(dir, imageSize);
  if (backbone.family !== 'clip') throw new UserError(`${dir}: is of the family ${backbone.family}; expected a Hugging Face CLIPModel`);
  return backbone as TransformerBackbone<TextEncoder>;
}

function options(imageSize: number | ImageSize | undefined): BackboneOptions {
  return { imageSize, tokenizer: () => loadTokenizer(), onNote: (line) => process.stderr.write(`${printable(line)}\n`) };
}
