import { z } from 'zod';
import { UserError } from '../common/errors';
import type { HubFile } from './hub';

/** The list of shards of a checkpoint that is spread over several files. */
export const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';
const SMALL = [
  'preprocessor_config.json',
  'vocab.json',
  'merges.txt',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
];
const SMALL_LIMIT = 32 * 2 ** 20;

/** The small files of a repository that a CLIP needs, `config.json` first; an index of shards among them where there is one. */
export function smallFiles(model: string, files: readonly HubFile[]): HubFile[] {
  const config = named(files, 'config.json');
  if (!config) throw new UserError(`${model}: the repository has no config.json; a CLIPModel is expected`);
  if (!named(files, SINGLE) && !named(files, INDEX)) {
    throw new UserError(
      `${model}: the repository has no ${SINGLE} (other formats can run code when loaded and are not read); another --revision may have it`,
    );
  }
  const wanted = [config, ...SMALL.map((name) => named(files, name)), named(files, SINGLE) ? undefined : named(files, INDEX)];
  const found = wanted.filter((file): file is HubFile => file !== undefined);
  const large = found.find((file) => file.size > SMALL_LIMIT);
  if (large) throw new UserError(`${model}: ${large.name} has ${large.size} bytes; at most ${SMALL_LIMIT} are expected`);
  return found;
}

/**
 * The files with the weights: one, or the shards that the index lists.
 * @param index - the parsed index, where there is one
 * @throws UserError if the index lists names that are no plain file names, or files that are not there
 */
export function weightFiles(model: string, files: readonly HubFile[], index: unknown): HubFile[] {
  const single = named(files, SINGLE);
  if (single) return [withSha256(model, single)];
  const parsed = z.object({ weight_map: z.record(z.string()) }).safeParse(index);
  if (parsed.success === false) throw new UserError(`${model}: ${INDEX}: weight_map: an object from tensor to file is expected`);
  return [...new Set(Object.values(parsed.data.weight_map))].sort().map((name) => {
    if (!/^[A-Za-z0-9][\w.-]*\.safetensors$/.test(name)) {
      throw new UserError(`${model}: ${INDEX}: ${JSON.stringify(name)} is not the name of a safetensors file`);
    }
    const shard = named(files, name);
    if (!shard) throw new UserError(`${model}: ${INDEX}: lists ${name}, which the repository lacks`);
    return withSha256(model, shard);
  });
}

function withSha256(model: string, file: HubFile): HubFile {
  if (file.checksum.algorithm !== 'sha256') throw new UserError(`${model}: ${file.name}: the hub announces no SHA-256 for it`);
  return file;
}

function named(files: readonly HubFile[], name: string): HubFile | undefined {
  return files.find((file) => file.name === name);
}
