import { PREPROCESSING_FILES } from '../backbones/clip/preprocessing';
import { ADAPTER, foundInstead, INDEX, SINGLE, weightMap } from '../backbones/clip/weight-files';
import { UserError } from '../common/errors';
import type { HubFile } from './hub';

const SMALL = [...PREPROCESSING_FILES, 'vocab.json', 'merges.txt', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'];
const SMALL_LIMIT = 32 * 2 ** 20;

/**
 * The small files of a repository that a CLIP needs, `config.json` first; with the index of shards,
 * if any.
 */
export function smallFiles(model: string, files: readonly HubFile[]): HubFile[] {
  const config = named(files, 'config.json');
  if (!config) throw new UserError(`${model}: the repository has no config.json; expected a CLIPModel`);
  const names = files.map(({ name }) => name);
  if (names.includes(ADAPTER)) throw new UserError(`${model}: ${foundInstead(names)}`);
  if (!names.includes(SINGLE) && !names.includes(INDEX)) {
    throw new UserError(`${model}: the repository has no ${SINGLE}; another --revision may have it. ${foundInstead(names)}`);
  }
  const wanted = [config, ...SMALL.map((name) => named(files, name)), named(files, SINGLE) ? undefined : named(files, INDEX)];
  const found = wanted.filter((file): file is HubFile => file !== undefined);
  const large = found.find((file) => file.size > SMALL_LIMIT);
  checkSizes(model, found);
  if (large) throw new UserError(`${model}: ${large.name} has ${large.size} bytes; expected at most ${SMALL_LIMIT}`);
  return found;
}

/**
 * The files with the weights: one, or the shards that the index lists.
 * @param index - the parsed index, if there is one
 * @throws UserError if the index lists a name that is not a plain file name, or a missing file
 */
export function weightFiles(model: string, files: readonly HubFile[], index: unknown): HubFile[] {
  const single = named(files, SINGLE);
  const shards = single ? [single] : shardsOf(model, files, index);
  checkSizes(model, shards);
  for (const { name, checksum } of shards) {
    if (checksum.algorithm !== 'sha256') throw new UserError(`${model}: ${name}: the hub announces no SHA-256 for it`);
  }
  return shards;
}

function shardsOf(model: string, files: readonly HubFile[], index: unknown): HubFile[] {
  return [...new Set(Object.values(weightMap(index, `${model}: ${INDEX}`)))].sort().map((name) => {
    if (!/^[A-Za-z0-9][\w.-]{0,199}\.safetensors$/.test(name)) {
      throw new UserError(`${model}: ${INDEX}: ${JSON.stringify(name)} is not the name of a safetensors file`);
    }
    const shard = named(files, name);
    if (!shard) throw new UserError(`${model}: ${INDEX}: lists ${name}, which the repository lacks`);
    return shard;
  });
}

function checkSizes(model: string, files: readonly HubFile[]): void {
  const empty = files.find(({ size }) => size === 0);
  if (empty) throw new UserError(`${model}: ${empty.name}: the hub announces 0 bytes for it; the file is empty`);
}

function named(files: readonly HubFile[], name: string): HubFile | undefined {
  return files.find((file) => file.name === name);
}
