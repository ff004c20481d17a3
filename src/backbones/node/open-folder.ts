import { initBackend } from '../../common/node/backend';
import { printable } from '../../common/printable';
import type { Backbone } from '../backbone';
import { Clip, type ClipOptions } from '../clip/clip';
import { openBackbone } from '../open';
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
 * As {@link openBackboneFolder}, for a Hugging Face `CLIPModel`, where more of it is needed than
 * every backbone has.
 * @throws UserError if the files of the folder are missing or wrong, or give weights or pixels an
 * unknown meaning
 */
export async function openClipFolder(dir: string, imageSize?: number): Promise<Clip> {
  const clip = Clip.open(checkpointFolder(dir), options(imageSize));
  await initBackend();
  return clip;
}

function options(imageSize: number | undefined): ClipOptions {
  return { imageSize, tokenizer: () => loadTokenizer(), onNote: (line) => process.stderr.write(`${printable(line)}\n`) };
}
