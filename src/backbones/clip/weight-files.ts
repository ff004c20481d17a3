import { z } from 'zod';
import { UserError } from '../../common/errors';
import { readCheckpointJson, type CheckpointFiles } from '../checkpoint-files';

export const SINGLE = 'model.safetensors';
/** The list of shards of a checkpoint that is spread over several files. */
export const INDEX = 'model.safetensors.index.json';
/** What an adapter (PEFT) brings; transformers puts it on top of the weights beside it. */
export const ADAPTER = 'adapter_config.json';

const indexSchema = z.object({
  weight_map: z.record(z.string()).refine((map) => Object.keys(map).length > 0, 'lists no tensor'),
});

/** From tensor to file, as the index of a checkpoint of several files says. @throws UserError where it is not that, or empty */
export function weightMap(index: unknown, where: string): Record<string, string> {
  const parsed = indexSchema.safeParse(index);
  if (parsed.success === false) throw new UserError(`${where}: weight_map: an object from tensor to file is expected, with at least one`);
  return parsed.data.weight_map;
}

/**
 * Where the weights of a checkpoint lie: in one file, or in those that its index lists, by tensor.
 * @throws UserError that says what is there instead
 */
export function findWeights(files: CheckpointFiles): { single: string } | { index: string; map: Record<string, string> } {
  if (files.has(ADAPTER)) throw new UserError(`${files.name}: ${foundInstead([ADAPTER])}`);
  if (files.has(SINGLE)) return { single: SINGLE };
  if (files.has(INDEX)) return { index: INDEX, map: weightMap(readCheckpointJson(files, INDEX), files.pathOf(INDEX)) };
  throw new UserError(`${files.name}: ${foundInstead(files.list())}`);
}

/** Files in which weights are found that are not read, and what to do about each; the first that is there is named. */
const OTHERS: [RegExp, string][] = [
  [
    /^adapter_config\.json$/,
    'an adapter (PEFT, such as LoRA): merge it into its model (merge_and_unload), and save that with save_pretrained',
  ],
  [/^model_index\.json$/, 'a pipeline of diffusers, of which a CLIPModel is no part'],
  [/^model\.\w+\.safetensors$/, `one variant of the weights: rename it to ${SINGLE}`],
  [/^open_clip/, 'a model of open_clip: convert it to a Hugging Face CLIPModel'],
  [
    /\.(bin|pt|pth|ckpt)$/,
    'weights of PyTorch, which can run code when they are loaded and are not read: convert them with ' +
      'CLIPModel.from_pretrained(DIR).save_pretrained(NEW_DIR, safe_serialization=True)',
  ],
  [/\.(h5|msgpack|onnx|gguf|tflite|npz|pb)$/, 'weights in a format that is not read: safetensors are'],
  [/\.safetensors$/, `weights under another name: ${SINGLE} is expected`],
];

/** What there is among a folder's files where weights that can be read are missing: in words, with what to do. */
export function foundInstead(names: readonly string[]): string {
  return foundAmong(names) ?? `neither ${SINGLE} nor ${INDEX} is there; a Hugging Face CLIPModel folder is expected`;
}

/** As {@link foundInstead}; nothing where no file is known. */
export function foundAmong(names: readonly string[]): string | undefined {
  for (const [pattern, what] of OTHERS) {
    const name = names.filter((entry) => !entry.includes('/')).find((entry) => pattern.test(entry));
    if (name !== undefined) return `${name} is there, ${what}`;
  }
  return undefined;
}
