import type { CheckpointFiles } from '../backbones/checkpoint/checkpoint-files';
import { ADAPTER, foundInstead, hasWeights, weightMap } from '../backbones/checkpoint/weight-files';
import { FAMILIES, familyOf } from '../backbones/families';
import type { Family } from '../backbones/family';
import { UserError } from '../common/errors';
import type { HubFile } from './hub';

/** Files that other tools want beside a model; they are fetched too, as they are small. */
const BESIDE = ['vocab.json', 'merges.txt', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'];
const SMALL_LIMIT = 64 * 2 ** 20;

/** The configurations of a repository, by which the family of its model is recognised. */
export function configFiles(model: string, files: readonly HubFile[]): HubFile[] {
  const names = [...new Set(FAMILIES.map(({ config }) => config))];
  const found = present(files, names);
  if (found.length === 0) throw new UserError(`${model}: the repository has no ${names.join(' or ')}; expected ${titles()}`);
  return checkedSizes(model, found);
}

/**
 * The family of a repository whose configurations are in a folder.
 * @param folder - the folder with the files of {@link configFiles}
 * @throws UserError if the repository has no weights for it
 */
export function familyOfRepository(model: string, files: readonly HubFile[], folder: CheckpointFiles): Family {
  const names = files.map(({ name }) => name);
  const has = (file: string): boolean => names.includes(file);
  const family = familyOf({ ...folder, has });
  if (has(ADAPTER)) throw new UserError(`${model}: ${foundInstead(names)}`);
  if (!hasWeights({ has }, family.weights)) {
    throw new UserError(`${model}: the repository has no ${family.weights.single}; another --revision may have it. ${foundInstead(names)}`);
  }
  return family;
}

/** The small files of a repository that a family needs; with the index of shards, if any. */
export function smallFiles(model: string, files: readonly HubFile[], { config, weights, settings }: Family): HubFile[] {
  const index = weights.index !== undefined && !named(files, weights.single) ? [weights.index] : [];
  return checkedSizes(model, present(files, [...new Set([config, ...settings, ...BESIDE, ...index])]));
}

/**
 * The files with the weights: one, or the shards that the index lists.
 * @param index - the parsed index, if there is one
 * @throws UserError if the index lists a name that is not a plain file name, or a missing file
 */
export function weightFiles(model: string, files: readonly HubFile[], { weights }: Family, index: unknown): HubFile[] {
  const single = named(files, weights.single);
  const shards = single ? [single] : shardsOf(model, files, weights.index as string, index);
  refuseEmpty(model, shards);
  for (const { name, checksum } of shards) {
    if (checksum.algorithm !== 'sha256') throw new UserError(`${model}: ${name}: the hub announces no SHA-256 for it`);
  }
  return shards;
}

function shardsOf(model: string, files: readonly HubFile[], indexName: string, index: unknown): HubFile[] {
  return [...new Set(Object.values(weightMap(index, `${model}: ${indexName}`)))].sort().map((name) => {
    if (!/^[A-Za-z0-9][\w.-]{0,199}\.safetensors$/.test(name)) {
      throw new UserError(`${model}: ${indexName}: ${JSON.stringify(name)} is not the name of a safetensors file`);
    }
    const shard = named(files, name);
    if (!shard) throw new UserError(`${model}: ${indexName}: lists ${name}, which the repository lacks`);
    return shard;
  });
}

/** Names of what can be read, for errors. */
function titles(): string {
  return FAMILIES.map(({ title }) => title).join(', or ');
}

function checkedSizes(model: string, files: HubFile[]): HubFile[] {
  refuseEmpty(model, files);
  const large = files.find((file) => file.size > SMALL_LIMIT);
  if (large) throw new UserError(`${model}: ${large.name} has ${large.size} bytes; expected at most ${SMALL_LIMIT}`);
  return files;
}

function refuseEmpty(model: string, files: readonly HubFile[]): void {
  const empty = files.find(({ size }) => size === 0);
  if (empty) throw new UserError(`${model}: ${empty.name}: the hub announces 0 bytes for it; the file is empty`);
}

function present(files: readonly HubFile[], names: readonly string[]): HubFile[] {
  return names.map((name) => named(files, name)).filter((file): file is HubFile => file !== undefined);
}

function named(files: readonly HubFile[], name: string): HubFile | undefined {
  return files.find((file) => file.name === name);
}
