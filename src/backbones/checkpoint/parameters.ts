import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import type { SafetensorsFile, TensorEntry } from '../../common/safetensors';
import type { CheckpointFiles } from './checkpoint-files';
import { checkWeights, firstNotFinite, firstNotFiniteStored, isFloat, type ExpectedWeights } from './check-weights';
import { findWeights, type WeightNames } from './weight-files';

/** The source of the parameters of an encoder: a checkpoint, or the variables of a training run. */
export interface Parameters {
  /**
   * Returns the parameter with this name in the checkpoint and checks its shape. The caller owns
   * the tensor.
   */
  get(name: string, shape: number[]): tf.Tensor;
}

/**
 * The weights of a checkpoint: one file, for instance `model.safetensors`, or the shards that an
 * index lists. Only headers are read here; a tensor is read from its range
 * of bytes when an encoder asks for it.
 */
export class Checkpoint implements Parameters {
  private constructor(
    /** Its name in errors: the folder. */
    private readonly name: string,
    private readonly files: ReadonlyMap<string, SafetensorsFile>,
  ) {}

  /**
   * @param names - the names of the files with weights (default: Hugging Face's)
   * @throws UserError if there are no safetensors (the error says what is there instead), or an
   * index names missing files or tensors
   */
  static open(files: CheckpointFiles, names?: WeightNames): Checkpoint {
    const found = findWeights(files, names);
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
      if (!file.has(name)) throw new UserError(`${index}: says that ${shard} holds ${name}, but it does not`);
      holders.set(name, file);
    }
    for (const [shard, file] of shards) {
      const more = [...file.entries.keys()].find((name) => holders.get(name) !== file);
      if (more !== undefined) throw new UserError(`${index}: does not list ${more}, which ${shard} holds`);
    }
    return new Checkpoint(files.name, holders);
  }

  /**
   * Checks, from headers only, whether these are the weights of a configuration.
   * @returns names of tensors that belong to no part of the model and have no effect
   * @throws UserError if weights are missing or quantised, have another shape, or include something
   * unsupported
   */
  check(expected: ExpectedWeights): string[] {
    const wanted = new Set(expected.shapes.map(([name]) => name));
    const held = [...this.files].filter(([name]) => wanted.has(name) || !this.shapeOf(name)?.includes(0)); // [1, 0, D]: no registers
    const types = new Map(held.map(([name, file]) => [name, file.entries.get(name)?.dtype ?? '']));
    const unused = checkWeights(types, expected, this.paths.length === 1 ? this.paths[0] : this.name);
    for (const [name, shape] of expected.shapes) if (!expected.optional.includes(name)) this.fileOf(name, shape, expected.config);
    return unused;
  }

  /** The shape of a tensor of the checkpoint; undefined if there is none. Only the header is read. */
  shapeOf(name: string): readonly number[] | undefined {
    return this.files.get(name)?.entries.get(name)?.shape;
  }

  /** The number of weights; integers (position ids) do not count. */
  get size(): number {
    const entries = [...this.files].map(([name, file]) => file.entries.get(name) as TensorEntry);
    return entries.filter(({ dtype }) => /^(F|BF)/.test(dtype)).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  }

  /** The files of the weights, sorted. */
  get paths(): string[] {
    return [...new Set([...this.files.values()].map((file) => file.file))].sort();
  }

  /**
   * Reads every weight of a configuration once.
   * @throws UserError naming the first weight with a number that is NaN or infinite
   */
  checkFinite({ shapes, optional, config }: ExpectedWeights): void {
    for (const [name, shape] of shapes) {
      if (!this.files.has(name)) continue; // optional, may be missing
      const file = this.fileOf(name, optional.includes(name) ? undefined : shape, config);
      const { entry, bytes } = file.bytes(name);
      if (firstNotFiniteStored(entry.dtype, bytes) >= 0) checkedNumbers(file, name);
    }
  }

  get(name: string, shape: number[]): tf.Tensor {
    return upload(checkedNumbers(this.fileOf(name, shape), name), shape);
  }

  /** The file that holds a parameter with this shape, in floats. */
  private fileOf(name: string, shape?: readonly number[], config = 'config.json'): SafetensorsFile {
    const file = this.files.get(name);
    if (!file) throw new UserError(`${this.name}: the weights lack ${name}`);
    const { dtype, shape: found } = file.entries.get(name) as TensorEntry;
    if (!isFloat(dtype)) throw new UserError(`${file.file}: ${name} is of type ${JSON.stringify(dtype)}; weights must be floats`);
    if (shape && found.join() !== shape.join()) {
      throw new UserError(`${file.file}: ${name} has shape [${found.join(', ')}], ${config} requires [${shape.join(', ')}]`);
    }
    return file;
  }
}

/** The numbers of a weight, checked to be finite. */
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
 * A tensor whose values are already in the memory of the backend. tfjs keeps the JavaScript array
 * until the tensor is first used, so a large checkpoint would be in memory twice.
 */
export function upload(values: Float32Array, shape: number[]): tf.Tensor {
  const lazy = tf.tensor(values, shape, 'float32');
  if (values.length > 0 && shape.length > 0)
    tf.slice(
      lazy,
      shape.map(() => 0),
      shape.map(() => 1),
    ).dispose();
  return lazy;
}
