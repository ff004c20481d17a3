import fs from 'node:fs';
import path from 'node:path';
import { tf } from '../common/backend';
import { Interrupted, UserError } from '../common/errors';
import { makeFolder, writeWhole } from '../common/files';
import { whenFree } from '../common/lock';
import type { LongRun } from '../common/progress';
import { loadTestRgb } from '../image/load';
import { pixelValues } from '../image/pixel-values';
import type { SafetensorsFile, TensorEntry } from '../common/safetensors';
import type { FrozenEncoder } from '../backbones/clip/frozen-encoder';
import { featureName, FeatureWriter, openFeatures } from './feature-cache';

const BATCH = 8;
const MEMORY = 2 * 2 ** 30;
/** How long to wait for another process that encodes, in milliseconds. */
const PATIENCE = 3_600_000;

/** Where the features of one batch are. */
type Batch = { count: number } & (
  { tensors: tf.Tensor3D[] } | { offset: number; shapes: [number, number, number][] } | { kept: SafetensorsFile; names: string[] }
);

export interface FeatureStoreOptions extends LongRun {
  /** Images encoded at a time (default 8). */
  batchSize?: number;
  /** Bytes of features kept in memory (default 2 GiB); what goes beyond is kept in a file in `spillFolder`. */
  memoryLimit?: number;
  /** Folder for the file of features beyond the limit; it has no name there, so that it is gone with the process, and no other's. */
  spillFolder: string;
  /** File in which these features are kept for other runs ({@link featureFile}); where it is there, nothing is encoded. */
  keep?: { file: string; limit?: number };
}

/**
 * The frozen features of a set of images, computed once: the encoder does not change while adapters and prompts learn, so
 * every later look at these images costs the head alone.
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
   * Features of image files: those that were kept, or encoded now. Of several processes that need the same ones, one encodes and the others
   * take what it keeps.
   */
  static async of(files: readonly string[], encoder: FrozenEncoder, options: FeatureStoreOptions): Promise<FeatureStore> {
    const { keep, signal, onProgress } = options;
    const encode = (): Promise<FeatureStore> => FeatureStore.encode(files, encoder, options);
    if (!keep || files.length === 0) return encode();
    const take = (): FeatureStore | undefined => FeatureStore.kept(keep.file, files.length, options);
    const kept = take();
    if (kept) return kept;
    let alone = false;
    const takeOrEncode = async (): Promise<FeatureStore> => {
      alone = true;
      return take() ?? encode();
    };
    const onWait = (): void =>
      onProgress?.({ phase: 'waiting for a process that encodes the same test images', done: 0, total: files.length });
    try {
      makeFolder(path.dirname(keep.file));
      return await whenFree(`${keep.file}.lock`, 'encoding', takeOrEncode, { patience: PATIENCE, signal, onWait });
    } catch (error) {
      if (alone) throw error;
      return encode(); // the other one may have died on a machine of which nothing is known here
    }
  }

  /** Features that were kept; nothing where there are none. */
  private static kept(file: string, images: number, options: FeatureStoreOptions): FeatureStore | undefined {
    const { batchSize = BATCH, memoryLimit = MEMORY, spillFolder } = options;
    const batches = Math.ceil(images / batchSize);
    const kept = openFeatures(file, batches);
    return kept && new FeatureStore(spillFolder, memoryLimit).take(kept, batches);
  }

  /** The next batch is decoded while one is encoded. */
  private static async encode(files: readonly string[], encoder: FrozenEncoder, options: FeatureStoreOptions): Promise<FeatureStore> {
    const { batchSize = BATCH, memoryLimit = MEMORY, spillFolder, keep, onProgress, signal } = options;
    const store = new FeatureStore(spillFolder, memoryLimit);
    let writer: FeatureWriter | undefined;
    const size = encoder.imageSize;
    const load = (start: number): Promise<Float32Array> =>
      Promise.all(files.slice(start, start + batchSize).map((file) => loadTestRgb(file, size))).then((images) => pixelValues(images));
    let next = files.length > 0 ? load(0) : undefined;
    try {
      for (let start = 0; start < files.length; start += batchSize) {
        const values = await (next as Promise<Float32Array>);
        next = start + batchSize < files.length ? load(start + batchSize) : undefined;
        next?.catch(() => undefined); // reported when it is awaited
        if (signal?.aborted) throw new Interrupted('stopped while test images were encoded');
        const count = Math.min(batchSize, files.length - start);
        const tokens = tf.tidy(() => encoder.encode(tf.tensor4d(values, [count, 3, size, size])));
        if (keep && start === 0) writer = FeatureWriter.begin(keep.file, shapesOf(tokens, files.length, batchSize), keep.limit);
        for (const layer of writer ? tokens : []) writer = writer?.add(layer.dataSync() as Float32Array);
        store.add(count, tokens);
        onProgress?.({ phase: 'encoding test images', done: start + count, total: files.length });
      }
      writer?.finish();
      return store;
    } catch (error) {
      writer?.abandon();
      store.dispose();
      throw error;
    }
  }

  /** Uses features that were kept: in memory as far as the limit allows, read again whenever they are needed beyond it. */
  private take(kept: SafetensorsFile, batches: number): this {
    for (let b = 0; b < batches; b++) {
      const names = [...kept.entries.keys()].filter((name) => name.startsWith(featureName(b, 0).replace(/0$/, '')));
      const entries = names.map((name) => kept.entries.get(name) as TensorEntry);
      const count = entries[0].shape[0];
      const bytes = entries.reduce((sum, { start, end }) => sum + end - start, 0);
      if (this.memory + bytes > this.memoryLimit) {
        this.batches.push({ count, kept, names });
      } else {
        this.memory += bytes;
        this.batches.push({ count, tensors: readKept(kept, names) });
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
    for (const tensor of tensors) {
      const data = tensor.dataSync();
      writeWhole(this.handle, data, this.spilled);
      this.spilled += data.byteLength;
    }
    this.batches.push({ count, offset, shapes: tensors.map((t) => t.shape) });
    tf.dispose(tensors);
  }

  /** How many batches there are, and how many bytes lie on disk. */
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
        const tensors = 'kept' in batch ? readKept(batch.kept, batch.names) : this.fetch(batch.offset, batch.shapes);
        use(tensors, start, batch.count);
        tf.dispose(tensors);
      }
      start += batch.count;
    }
  }

  private fetch(offset: number, shapes: [number, number, number][]): tf.Tensor3D[] {
    let at = offset;
    return shapes.map((shape) => {
      const data = new Float32Array(shape[0] * shape[1] * shape[2]);
      const n = fs.readSync(this.handle as number, data, 0, data.byteLength, at);
      if (n !== data.byteLength) throw new UserError(`${this.spillFolder}: features that were kept there cannot be read back`);
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

/** A file to write and read whose name is removed at once: its space is free again when it is closed, however the process ends. */
function openNameless(folder: string): number {
  fs.mkdirSync(folder, { recursive: true });
  const place = fs.mkdtempSync(path.join(folder, 'features-'));
  try {
    return fs.openSync(path.join(place, 'spilled'), 'w+');
  } finally {
    fs.rmSync(place, { recursive: true });
  }
}

/** Shapes of all batches, from the tokens of the first. */
function shapesOf(first: readonly tf.Tensor3D[], images: number, batchSize: number): number[][][] {
  return Array.from({ length: Math.ceil(images / batchSize) }, (_, b) =>
    first.map(({ shape }) => [Math.min(batchSize, images - b * batchSize), shape[1], shape[2]]),
  );
}

function readKept(kept: SafetensorsFile, names: readonly string[]): tf.Tensor3D[] {
  return names.map((name) => {
    const { shape, data } = kept.read(name);
    return tf.tensor3d(data as Float32Array, shape as [number, number, number]);
  });
}
