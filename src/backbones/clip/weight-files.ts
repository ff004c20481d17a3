import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../common/errors';
import { readJson, resolveInside } from '../../common/node/files';

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
 * Where the weights of a folder lie: one file, or those that its index lists, by tensor.
 * @throws UserError that says what is there instead
 */
export function findWeights(dir: string): { single: string } | { index: string; map: Record<string, string> } {
  if (fs.existsSync(path.join(dir, ADAPTER))) throw new UserError(`${dir}: ${foundInstead([ADAPTER])}`);
  const single = path.join(dir, SINGLE);
  if (fs.existsSync(single)) return { single };
  const index = path.join(dir, INDEX);
  if (fs.existsSync(index)) return { index, map: weightMap(readJson(index), index) };
  throw new UserError(`${dir}: ${foundInstead(namesIn(dir))}`);
}

/**
 * The path of a shard. A link may lead to the `blobs` of the Hugging Face cache where the folder is one of its snapshots: every download
 * is laid out so. Any other way out of the folder is refused.
 */
export function shardFile(dir: string, shard: string, index: string): string {
  const file = path.resolve(dir, shard);
  if (path.dirname(file) === path.resolve(dir) && fs.existsSync(file)) {
    const snapshot = fs.realpathSync(dir);
    const snapshots = path.dirname(snapshot);
    const blobs = path.join(path.dirname(snapshots), 'blobs');
    if (path.basename(snapshots) === 'snapshots' && path.dirname(fs.realpathSync(file)) === blobs) return file;
  }
  return resolveInside(dir, shard, index);
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

/** The files of a folder, sorted; none where it cannot be read. */
export function namesIn(dir: string): string[] {
  try {
    return fs.readdirSync(dir).sort();
  } catch {
    return [];
  }
}
