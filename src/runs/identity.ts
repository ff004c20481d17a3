import { sha256, sha256File } from '../common/node/files';
import { isStretched } from '../image/view';
import { METHODS } from '../methods/registry';
import type { LoadedRun } from './load';

/**
 * Identifies what determines the maps of a run: the learned parameters, or the images to which a
 * method was fitted, and how it looks at images.
 */
export function mapIdentity({ folder, view, record: { config, model, dataset } }: LoadedRun): string {
  const parameters = config.protocol === 'paper' ? 'best.safetensors' : 'checkpoint.safetensors';
  const learned = METHODS[config.method].epochs ? sha256File(folder.file(parameters)) : sha256File(folder.file('support.json'));
  const shown = isStretched(view) ? [] : [view.fit, view.tiles];
  return sha256(
    JSON.stringify([config.method, config.imageSize, config.baseline, config.seed, model.hash, dataset.hash, learned, ...shown]),
  );
}

/** Identifies what determines the scores of a run: its maps, and how a score follows from them. */
export function scoreIdentity(loaded: LoadedRun): string {
  const { score, layers, prompts } = loaded.record.config;
  return sha256(JSON.stringify([mapIdentity(loaded), score, layers, prompts]));
}
