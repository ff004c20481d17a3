import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import type { SafetensorsFile, TensorEntry } from '../../common/safetensors';
import type { CheckpointFiles } from '../checkpoint-files';
import { checkWeights, firstNotFinite, firstNotFiniteStored, isFloat } from './check-weights';
import type { ClipConfig } from './config';
import { parameterShapes } from './parameter-shapes';
import { findWeights } from './weight-files';

/** Where an encoder takes its parameters from: a checkpoint, or the variables of a training run. */
export interface Parameters {
  /** The parameter of that Hugging Face name; its shape is checked. The caller owns the tensor. */
  get(name: string, shape: number[]): tf.Tensor;
}

/**
 * The weights of a Hugging Face checkpoint: `model.safetensors`, or the shards that `model.safetensors.index.json` lists.
 * Only headers are read here; a tensor is read from its range of bytes when an encoder asks for it.
 */
export class Checkpoint implements Parameters {
  private constructor(
    /** What errors call it: its folder. */
    private readonly name: string,
    private readonly files: ReadonlyMap<string, SafetensorsFile>,
  ) {}

  /** @throws UserError if there are no safetensors (it says what is there), or an index names files or tensors that are not there. */
  static open(files: CheckpointFiles): Checkpoint {
    const found = findWeights(files);
    const holders = new Map<string, SafetensorsFile>();
    if ('single' in found) {
      const file = files.openWeights(found.single);
      for (const name of file.entries.keys()) holders.set(name, file);
      return new Checkpoint(files.name, holders);
    }
    const { map } = found;
    const index = files.pathOf(found.index);
    const shards = new Map<string, SafetensorsFile>();
    for (const [name, shard] of Object.entries(map)) {
      const file = shards.get(shard) ?? files.openWeights(shard, found.index);
      shards.set(shard, file);
      if (!file.has(name)) throw new UserError(`${index}: says that ${shard} holds ${name}; it does not`);
      holders.set(name, file);
    }
    for (const [shard, file] of shards) {
      const more = [...file.entries.keys()].find((name) => holders.get(name) !== file);
      if (more !== undefined) throw new UserError(`${index}: does not say that ${shard} holds ${more}, which it does`);
    }
    return new Checkpoint(files.name, holders);
  }

  /**
   * Looks, by headers alone, whether these are the weights of a configuration.
   * @returns names of tensors that belong to no part of a CLIP and do nothing
   * @throws UserError where weights are missing, are quantised, have another shape, or more would have to be taken into account
   */
  check(config: ClipConfig): string[] {
    const types = new Map([...this.files].map(([name, file]) => [name, file.entries.get(name)?.dtype ?? '']));
    const shapes = parameterShapes(config).filter(([name]) => name !== 'logit_scale' || types.has(name)); // only training reads it
    const names = shapes.map(([name]) => name);
    const unused = checkWeights(types, names, this.paths.length === 1 ? this.paths[0] : this.name);
    for (const [name, shape] of shapes) if (name !== 'logit_scale') this.fileOf(name, shape);
    return unused;
  }

  /** How many numbers its weights hold; whole numbers (position ids) are none. */
  get size(): number {
    const entries = [...this.files].map(([name, file]) => file.entries.get(name) as TensorEntry);
    return entries.filter(({ dtype }) => /^(F|BF)/.test(dtype)).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  }

  /** The weights' files, sorted. */
  get paths(): string[] {
    return [...new Set([...this.files.values()].map((file) => file.file))].sort();
  }

  /** Reads every weight of a configuration once. @throws UserError naming the first that has a number that is NaN or infinite */
  checkFinite(config: ClipConfig): void {
    for (const [name, shape] of parameterShapes(config)) {
      if (!this.files.has(name)) continue; // what may be missing
      const file = this.fileOf(name, name === 'logit_scale' ? undefined : shape);
      const { entry, bytes } = file.bytes(name);
      if (firstNotFiniteStored(entry.dtype, bytes) >= 0) checkedNumbers(file, name);
    }
  }

  get(name: string, shape: number[]): tf.Tensor {
    return upload(checkedNumbers(this.fileOf(name, shape), name), shape);
  }

  /** The file that holds a parameter of that shape, as floats. */
  private fileOf(name: string, shape?: number[]): SafetensorsFile {
    const file = this.files.get(name);
    if (!file) throw new UserError(`${this.name}: the weights lack ${name}`);
    const { dtype, shape: found } = file.entries.get(name) as TensorEntry;
    if (!isFloat(dtype)) throw new UserError(`${file.file}: ${name} is of type ${JSON.stringify(dtype)}; weights are floats`);
    if (shape && found.join() !== shape.join()) {
      throw new UserError(`${file.file}: ${name} has shape [${found.join(', ')}], config.json asks for [${shape.join(', ')}]`);
    }
    return file;
  }
}

/** The numbers of a weight, all of them finite. */
function checkedNumbers(file: SafetensorsFile, name: string): Float32Array {
  const { data } = file.read(name);
  const values = data instanceof Float32Array ? data : Float32Array.from(data);
  const bad = firstNotFinite(values);
  if (bad >= 0) {
    throw new UserError(`${file.file}: ${name} has the value ${values[bad]} (number ${bad + 1} of ${values.length}); it is damaged`);
  }
  return values;
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
