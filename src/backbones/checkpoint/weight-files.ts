import { z } from 'zod';
import { UserError } from '../../common/errors';
import { readCheckpointJson, type CheckpointFiles } from './checkpoint-files';

export const SINGLE = 'model.safetensors';
/** The list of shards of a checkpoint with several files. */
export const INDEX = 'model.safetensors.index.json';
/** The file of an adapter (PEFT); transformers applies it to the weights beside it. */
export const ADAPTER = 'adapter_config.json';

const indexSchema = z.object({
  weight_map: z.record(z.string()).refine((map) => Object.keys(map).length > 0, 'lists no tensor'),
});

/**
 * The file of each tensor, from the index of a checkpoint with several files.
 * @throws UserError if
 * it is not such an index, or empty
 */
export function weightMap(index: unknown, where: string): Record<string, string> {
  const parsed = indexSchema.safeParse(index);
  if (parsed.success === false)
    throw new UserError(`${where}: weight_map: expected an object from tensor to file, with at least one entry`);
  return parsed.data.weight_map;
}

/** The names of the files with weights: all of them in one, or an index of shards. */
export interface WeightNames {
  single: string;
  index?: string;
}

/** The names that Hugging Face's libraries write. */
export const HUGGING_FACE: WeightNames = { single: SINGLE, index: INDEX };

/** True if a checkpoint has weights under these names. */
export function hasWeights(files: Pick<CheckpointFiles, 'has'>, { single, index }: WeightNames): boolean {
  return files.has(single) || (index !== undefined && files.has(index));
}

/**
 * Finds the weights of a checkpoint: one file, or the files that its index lists, by tensor.
 * @throws UserError that says what is there instead
 */
export function findWeights(
  files: CheckpointFiles,
  { single, index }: WeightNames = HUGGING_FACE,
): { single: string } | { index: string; map: Record<string, string> } {
  if (files.has(ADAPTER)) throw new UserError(`${files.name}: ${foundInstead([ADAPTER])}`);
  if (files.has(single)) return { single };
  if (index !== undefined && files.has(index)) return { index, map: weightMap(readCheckpointJson(files, index), files.pathOf(index)) };
  throw new UserError(`${files.name}: ${foundInstead(files.list(), { single, index })}`);
}

/**
 * Files with weights that are not supported, and what to do about each; the first that exists is
 * named.
 */
const OTHERS: [RegExp, string][] = [
  [
    /^adapter_config\.json$/,
    'an adapter (PEFT, such as LoRA): merge it into its model (merge_and_unload), and save that with save_pretrained',
  ],
  [/^model_index\.json$/, 'a pipeline of diffusers, which is not a CLIPModel'],
  [/^model\.\w+\.safetensors$/, `one variant of the weights: rename it to ${SINGLE}`],
  [
    /^open_clip_pytorch_model\.(bin|pt)$/,
    'weights of PyTorch, which are not read because loading them can run code: convert them in that folder with python -c "import torch, ' +
      "safetensors.torch as s; s.save_file({k: v.clone().contiguous() for k, v in torch.load('open_clip_pytorch_model.bin', " +
      "weights_only=True).items()}, 'open_clip_model.safetensors')\"",
  ],
  [
    /\.(bin|pt|pth|ckpt)$/,
    'weights of PyTorch, which are not read because loading them can run code: convert them with ' +
      'CLIPModel.from_pretrained(DIR).save_pretrained(NEW_DIR, safe_serialization=True)',
  ],
  [/\.(h5|msgpack|onnx|gguf|tflite|npz|pb)$/, 'weights in a format that is not supported; expected safetensors'],
  [/\.safetensors$/, `weights under another name: expected ${SINGLE}`],
];

/** Says what a folder holds instead of supported weights, and what to do. */
export function foundInstead(names: readonly string[], { single, index }: WeightNames = HUGGING_FACE): string {
  return foundAmong(names) ?? `neither ${single} nor ${index ?? 'an index'} is there; expected the folder of a model as it was published`;
}

/** Like {@link foundInstead}; undefined if no file is known. */
export function foundAmong(names: readonly string[]): string | undefined {
  for (const [pattern, what] of OTHERS) {
    const name = names.filter((entry) => !entry.includes('/')).find((entry) => pattern.test(entry));
    if (name !== undefined) return `${name} is there, ${what}`;
  }
  return undefined;
}
