import fs from 'node:fs';
import path from 'node:path';
import { tf } from '../common/tf';
import { reasonOf, UserError } from '../common/errors';
import { makeFolder, sha256, writeWhole } from '../common/node/files';
import { temporaryName } from '../common/node/leftovers';
import { whenFree } from '../common/node/lock';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { ENCODED_AT_ONCE, encodeImages, type EncodeOptions } from './encode';
import { FeatureWriter, KeptFeatures, type KeptTokens } from './feature-cache';
import type { Pieces } from './pieces';

const MEMORY = 2 * 2 ** 30;
/** Milliseconds to wait for another process that encodes. */
const PATIENCE = 3_600_000;

/** The location of the features of one batch. */
type Batch = { count: number } & (
  | { tensors: tf.Tensor3D[] }
  | { offset: number; shapes: [number, number, number][]; sums: string[] }
  | { kept: KeptFeatures; batch: number }
);

export interface FeatureStoreOptions extends EncodeOptions {
  /** Bytes of features kept in memory (default 2 GiB); the rest goes to a file in `spillFolder`. */
  memoryLimit?: number;
  /**
   * Folder for the file of features beyond the limit. The file has no name, so it disappears with
   * the process and no other process can use it.
   */
  spillFolder: string;
  /**
   * File in which these features are kept for other runs ({@link featureFile}); if it exists,
   * nothing is encoded.
   */
  keep?: { file: string; limit?: number };
}

/**
 * The frozen features of a set of images, computed once. The encoder does not change while adapters
 * and prompts learn, so every later pass over these images costs only the head.
 */
export class FeatureStore {
  private readonly batches: Batch[] = [];
  private memory = 0;
  private spilled = 0;
  private handle?: number;

  private constructor(
    private readonly spillFolder: string,
    private readonly memoryLimit: number,
  ) {}

  /**
   * The features of the pieces of images, either kept ones or encoded now. If several processes need the
   * same features, one encodes and the others use what it keeps.
   */
  static async of(pieces: Pieces, encoder: FrozenEncoder, options: FeatureStoreOptions): Promise<FeatureStore> {
    const { keep, signal, onProgress } = options;
    const encode = (): Promise<FeatureStore> => FeatureStore.encode(pieces, encoder, options);
    if (!keep || pieces.count === 0) return encode();
    const take = (): FeatureStore | undefined => FeatureStore.kept(keep.file, pieces.count, options);
    const kept = take();
    if (kept) return kept;
    let alone = false;
    const takeOrEncode = async (): Promise<FeatureStore> => {
      alone = true;
      return take() ?? encode();
    };
    const onWait = (): void =>
      onProgress?.({ phase: 'waiting for a process that encodes the same test images', done: 0, total: pieces.images });
    try {
      makeFolder(path.dirname(keep.file));
      return await whenFree(`${keep.file}.lock`, 'encoding', takeOrEncode, { patience: PATIENCE, signal, onWait });
    } catch (error) {
      if (alone) throw error;
      return encode(); // the other process may have died on a machine that cannot be checked from here
    }
  }

  /** Opens kept features; undefined if there are none. */
  private static kept(file: string, count: number, options: FeatureStoreOptions): FeatureStore | undefined {
    const { batchSize = ENCODED_AT_ONCE, memoryLimit = MEMORY, spillFolder } = options;
    const kept = KeptFeatures.open(file, countsOf(count, batchSize));
    return kept && new FeatureStore(spillFolder, memoryLimit).take(kept);
  }

  private static async encode(pieces: Pieces, encoder: FrozenEncoder, options: FeatureStoreOptions): Promise<FeatureStore> {
    const { batchSize = ENCODED_AT_ONCE, memoryLimit = MEMORY, spillFolder, keep, ...encoding } = options;
    const store = new FeatureStore(spillFolder, memoryLimit);
    let writer: FeatureWriter | undefined;
    try {
      for await (const { start, images, features } of encodeImages(pieces, encoder, { ...encoding, batchSize })) {
        if (keep && start === 0) writer = FeatureWriter.begin(keep.file, shapesOf(features, pieces.count, batchSize), keep.limit);
        for (const layer of writer ? features : []) writer = writer?.add(layer.dataSync() as Float32Array);
        store.add(images.length, features);
      }
      writer?.finish();
      return store;
    } catch (error) {
      writer?.abandon();
      store.dispose();
      throw error;
    }
  }

  /**
   * Uses kept features: in memory up to the limit, beyond it read again whenever they are needed.
   * @returns undefined if any of them are not what was written
   */
  private take(kept: KeptFeatures): this | undefined {
    for (const [batch, count] of kept.counts.entries()) {
      const tokens = kept.read(batch);
      if (!tokens) {
        this.dispose();
        return undefined;
      }
      const bytes = tokens.reduce((sum, { data }) => sum + data.byteLength, 0);
      if (this.memory + bytes > this.memoryLimit) {
        this.batches.push({ count, kept, batch });
      } else {
        this.memory += bytes;
        this.batches.push({ count, tensors: tensorsOf(tokens) });
      }
    }
    return this;
  }

  private add(count: number, tensors: tf.Tensor3D[]): void {
    const bytes = tensors.reduce((sum, t) => sum + t.size * 4, 0);
    if (this.memory + bytes <= this.memoryLimit) {
      this.memory += bytes;
      this.batches.push({ count, tensors });
      return;
    }
    this.handle ??= openNameless(this.spillFolder);
    const offset = this.spilled;
    const sums: string[] = [];
    for (const tensor of tensors) {
      const data = tensor.dataSync();
      try {
        writeWhole(this.handle, data, this.spilled);
      } catch (error) {
        tf.dispose(tensors);
        throw new UserError(`${this.spillFolder}: the features that exceed the memory limit cannot be kept there (${reasonOf(error)})`);
      }
      sums.push(sumOf(data));
      this.spilled += data.byteLength;
    }
    this.batches.push({ count, offset, shapes: tensors.map((t) => t.shape), sums });
    tf.dispose(tensors);
  }

  /** The number of batches, and the number of bytes on disk. */
  get size(): { batches: number; diskBytes: number } {
    return { batches: this.batches.length, diskBytes: this.spilled };
  }

  /** Calls `use` with the tokens of each batch in order; `use` must not keep them. */
  forEach(use: (tokens: tf.Tensor3D[], start: number, count: number) => void): void {
    let start = 0;
    for (const batch of this.batches) {
      if ('tensors' in batch) {
        use(batch.tensors, start, batch.count);
      } else {
        const tensors = 'kept' in batch ? readKept(batch.kept, batch.batch) : this.fetch(batch);
        use(tensors, start, batch.count);
        tf.dispose(tensors);
      }
      start += batch.count;
    }
  }

  private fetch({ offset, shapes, sums }: { offset: number; shapes: [number, number, number][]; sums: string[] }): tf.Tensor3D[] {
    let at = offset;
    return shapes.map((shape, i) => {
      const data = new Float32Array(shape[0] * shape[1] * shape[2]);
      const n = fs.readSync(this.handle as number, data, 0, data.byteLength, at);
      if (n !== data.byteLength || sumOf(data) !== sums[i]) {
        throw new UserError(`${this.spillFolder}: features that were kept there cannot be read back unchanged; start again`);
      }
      at += data.byteLength;
      return tf.tensor3d(data, shape);
    });
  }

  dispose(): void {
    for (const batch of this.batches) if ('tensors' in batch) tf.dispose(batch.tensors);
    this.batches.length = 0;
    if (this.handle !== undefined) fs.closeSync(this.handle);
    this.handle = undefined;
  }
}

/**
 * Opens a file to write and read, and removes its name at once: its space is freed when it is
 * closed, however the process ends.
 */
function openNameless(folder: string): number {
  makeFolder(folder);
  const file = temporaryName(path.join(folder, 'features'));
  fs.rmSync(file, { force: true });
  const handle = fs.openSync(file, 'wx+');
  fs.rmSync(file);
  return handle;
}

function sumOf(data: tf.TypedArray): string {
  return sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** The number of pieces of each batch. */
function countsOf(images: number, batchSize: number): number[] {
  return Array.from({ length: Math.ceil(images / batchSize) }, (_, batch) => Math.min(batchSize, images - batch * batchSize));
}

/** Shapes of all batches, from the tokens of the first. */
function shapesOf(first: readonly tf.Tensor3D[], images: number, batchSize: number): number[][][] {
  return countsOf(images, batchSize).map((count) => first.map(({ shape }) => [count, shape[1], shape[2]]));
}

function readKept(kept: KeptFeatures, batch: number): tf.Tensor3D[] {
  const tokens = kept.read(batch);
  if (!tokens) throw new UserError('features that were kept for other runs were damaged or removed during use; start again');
  return tensorsOf(tokens);
}

function tensorsOf(tokens: readonly KeptTokens[]): tf.Tensor3D[] {
  return tokens.map(({ shape, data }) => tf.tensor3d(data, shape));
}
