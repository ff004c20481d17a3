import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { tf } from '../../common/backend';
import { UserError } from '../../common/errors';
import { readJson, resolveInside } from '../../common/files';
import { SafetensorsFile } from '../../common/safetensors';

/** Where an encoder takes its parameters from: a checkpoint on disk, or the variables of a training run. */
export interface Parameters {
  /** The parameter of that Hugging Face name; its shape is checked. The caller owns the tensor. */
  get(name: string, shape: number[]): tf.Tensor;
}

/**
 * The weights of a Hugging Face folder: `model.safetensors`, or the shards that `model.safetensors.index.json` lists.
 * Only headers are read here; a tensor is read from its range of bytes when an encoder asks for it.
 */
export class Checkpoint implements Parameters {
  private constructor(
    readonly dir: string,
    private readonly files: ReadonlyMap<string, SafetensorsFile>,
  ) {}

  /** @throws UserError if there are no safetensors, or an index names files or tensors that are not there. */
  static open(dir: string): Checkpoint {
    const single = path.join(dir, 'model.safetensors');
    const index = path.join(dir, 'model.safetensors.index.json');
    const files = new Map<string, SafetensorsFile>();
    if (fs.existsSync(single)) {
      const file = SafetensorsFile.open(single);
      for (const name of file.entries.keys()) files.set(name, file);
    } else if (fs.existsSync(index)) {
      const parsed = z.object({ weight_map: z.record(z.string()) }).safeParse(readJson(index));
      if (parsed.success === false) throw new UserError(`${index}: weight_map: an object from tensor to file is expected`);
      const shards = new Map<string, SafetensorsFile>();
      for (const [name, shard] of Object.entries(parsed.data.weight_map)) {
        const file = shards.get(shard) ?? SafetensorsFile.open(resolveInside(dir, shard, index));
        shards.set(shard, file);
        if (!file.has(name)) throw new UserError(`${index}: says that ${shard} holds ${name}; it does not`);
        files.set(name, file);
      }
    } else {
      throw new UserError(
        `${dir}: neither model.safetensors nor model.safetensors.index.json is there; a Hugging Face CLIPModel folder is expected`,
      );
    }
    return new Checkpoint(dir, files);
  }

  /** The weights' files, sorted. */
  get paths(): string[] {
    return [...new Set([...this.files.values()].map((file) => file.file))].sort();
  }

  get(name: string, shape: number[]): tf.Tensor {
    const file = this.files.get(name);
    if (!file) throw new UserError(`${this.dir}: the weights lack ${name}`);
    const found = file.entries.get(name)?.shape ?? [];
    if (found.join() !== shape.join()) {
      throw new UserError(`${file.file}: ${name} has shape [${found.join(', ')}], config.json asks for [${shape.join(', ')}]`);
    }
    const { data } = file.read(name);
    return upload(data instanceof Float32Array ? data : Float32Array.from(data), shape);
  }
}

/**
 * A tensor whose values already lie in the backend's memory: tfjs keeps the JavaScript array until the tensor is first
 * used, which would hold a large checkpoint twice.
 */
export function upload(values: Float32Array, shape: number[]): tf.Tensor {
  const lazy = tf.tensor(values, shape, 'float32');
  if (values.length > 0)
    tf.slice(
      lazy,
      shape.map(() => 0),
      shape.map(() => 1),
    ).dispose();
  return lazy;
}
