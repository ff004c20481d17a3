import path from 'node:path';
import { writeJson } from '../common/node/files';
import { Random } from '../common/random';
import { writeSafetensors } from '../common/node/safetensors';
import type { NamedArray } from '../common/safetensors';
import { CLIP_STATS } from '../image/pixel-values';
import type { Architecture } from './architecture';
import { initialValue } from './initial-values';
import { clipConfigOf } from './architecture';
import type { UsedVocabulary } from './vocabulary';

/** The name of the token table. */
export const TOKEN_TABLE = 'text_model.embeddings.token_embedding.weight';

/** True if a parameter belongs to the objective and not to CLIP. */
export function isHead(name: string): boolean {
  return name.startsWith('head.') || name.startsWith('restore.');
}

/**
 * Writes a Hugging Face `CLIPModel` folder in float16: `config.json`, `model.safetensors`,
 * `preprocessor_config.json`. Rows of the token table that no caption uses keep their seeded
 * initial values. The heads of the objective are left out.
 */
export function exportModel(
  dir: string,
  architecture: Architecture,
  variables: Readonly<Record<string, { shape: number[]; dataSync(): unknown }>>,
  vocabulary: UsedVocabulary,
  seed: number,
  metadata: Record<string, string>,
): void {
  const arrays = Object.entries(variables)
    .filter(([name]) => !isHead(name))
    .map(([name, tensor]): [string, NamedArray] => {
      const data = tensor.dataSync() as Float32Array;
      return name === TOKEN_TABLE ? [name, fullTable(data, architecture, vocabulary, seed)] : [name, { shape: tensor.shape, data }];
    });
  writeSafetensors(path.join(dir, 'model.safetensors'), arrays, { format: 'pt', ...metadata }, { half: true });
  writeJson(path.join(dir, 'config.json'), { ...architecture, torch_dtype: 'float16' });
  const side = architecture.vision_config.image_size;
  writeJson(path.join(dir, 'preprocessor_config.json'), {
    do_resize: true,
    size: { height: side, width: side },
    do_center_crop: false,
    do_convert_rgb: true,
    do_rescale: true,
    do_normalize: true,
    resample: 2,
    image_mean: CLIP_STATS.mean,
    image_std: CLIP_STATS.std,
    image_processor_type: 'CLIPImageProcessor',
  });
}

function fullTable(used: Float32Array, architecture: Architecture, vocabulary: UsedVocabulary, seed: number): NamedArray {
  const { vocab_size: size, hidden_size: width } = architecture.text_config;
  const data = initialValue(TOKEN_TABLE, [size, width], clipConfigOf(architecture), Random.of(seed, 'pretrain', 'unused tokens'));
  vocabulary.ids.forEach((id, row) => data.set(used.subarray(row * width, (row + 1) * width), id * width));
  return { shape: [size, width], data };
}
