import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makeFolder, sha256, writeWhole } from '../common/node/files';
import { removeLeftovers, temporaryName } from '../common/node/leftovers';
import { openSafetensors } from '../common/node/safetensors';
import type { SafetensorsFile } from '../common/safetensors';
import { backendName } from '../graph/execution';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { isStretched, type View } from '../image/view';

/** A folder in which the frozen features of test sets are kept between runs. */
export interface FeatureCache {
  dir: string;
  /**
   * Limit for the bytes of all its files together (default 20 GB); what does not fit is not kept.
   */
  limit?: number;
}

const DEFAULT_LIMIT = 20e9;
const VERSION = 2;
/**
 * Digits of the checksum (SHA-256) of a tensor. A gigabyte takes about a second, while encoding
 * takes minutes.
 */
const DIGITS = 16;

/**
 * What determines the frozen features of a test set, besides the encoder and the current backend:
 * weights and images.
 */
export interface FeatureIdentity {
  model: { hash: string };
  dataset: { hash: string };
}

/**
 * The cache file for the features of the test images of a data set, whether it exists or not. Each
 * backend has its own file, since two backends round differently, and so has each view of the
 * images.
 */
export function featureFile(cache: FeatureCache, { model, dataset }: FeatureIdentity, encoder: FrozenEncoder, view: View): string {
  const shown = isStretched(view) ? [] : [view.fit, view.tiles];
  const key = sha256(JSON.stringify([VERSION, model.hash, dataset.hash, encoder.imageSize, encoder.features, backendName(), ...shown]));
  return path.join(cache.dir, `${key.slice(0, 24)}.safetensors`);
}

/** Bytes of all files of a cache. */
export function cacheBytes(dir: string): number {
  if (!fs.existsSync(dir)) return 0;
  return fs
    .readdirSync(dir)
    .filter((name) => name.endsWith('.safetensors') || name.endsWith('.tmp'))
    .reduce((sum, name) => sum + (fs.statSync(path.join(dir, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** The files that this process is writing. */
const writing = new Set<string>();

/** Name of the tokens of one batch at one layer, both counted from 0. */
export function featureName(batch: number, layer: number): string {
  return `batch${batch}.layer${layer}`;
}

/** The checksum of a tensor in a file: over its name, its shape and its values. */
export function featureSum(key: string, name: string, shape: readonly number[], values: Uint8Array): string {
  return crypto.createHash('sha256').update(`${key} ${name} ${shape.join()}\n`).update(values).digest('hex').slice(0, DIGITS);
}

/** The tokens of one layer of a batch. */
export interface KeptTokens {
  /** `[B, T, D]` */
  shape: [number, number, number];
  data: Float32Array;
}

/** Kept features; everything that is read is checked. */
export class KeptFeatures {
  private constructor(
    private readonly saved: SafetensorsFile,
    private readonly sums: ReadonlyMap<string, string>,
    /** Number of images of each batch. */
    readonly counts: readonly number[],
    private readonly layers: number,
  ) {}

  /**
   * Opens kept features; undefined if there are none. A file that is damaged, belongs to other
   * images, or has no checksums (version 0.1.0) is removed, so that it is made again.
   * @param counts - number of images of each batch
   */
  static open(file: string, counts: readonly number[]): KeptFeatures | undefined {
    if (!fs.existsSync(file)) return undefined;
    try {
      const saved = openSafetensors(file);
      const names = [...saved.entries.keys()];
      const layers = names.length / counts.length;
      const expected = counts.flatMap((_, batch) => Array.from({ length: layers }, (__, layer) => featureName(batch, layer)));
      const sums = (saved.metadata.sums ?? '').match(new RegExp(`.{${DIGITS}}`, 'g')) ?? [];
      if (names.join() === expected.join() && sums.length === names.length) {
        return new KeptFeatures(saved, new Map(names.map((name, i) => [name, sums[i]])), counts, layers);
      }
    } catch {
      // the file is removed below
    }
    removeKept(file);
    return undefined;
  }

  /**
   * The tokens of each layer of a batch; undefined if they are not what was written, and then the
   * file is removed.
   */
  read(batch: number): KeptTokens[] | undefined {
    const tokens: KeptTokens[] = [];
    for (let layer = 0; layer < this.layers; layer++) {
      const found = this.tensor(batch, featureName(batch, layer));
      if (!found) {
        removeKept(this.saved.file);
        return undefined;
      }
      tokens.push(found);
    }
    return tokens;
  }

  private tensor(batch: number, name: string): KeptTokens | undefined {
    try {
      const { entry, bytes } = this.saved.bytes(name);
      const [count, tokens, width] = entry.shape;
      if (entry.dtype !== 'F32' || entry.shape.length !== 3 || count !== this.counts[batch]) return undefined;
      if (featureSum(keyOf(this.saved.file), name, entry.shape, bytes) !== this.sums.get(name)) return undefined;
      return { shape: [count, tokens, width], data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
    } catch {
      return undefined; // the file is gone, or was truncated after it was opened
    }
  }
}

function removeKept(file: string): void {
  try {
    fs.rmSync(file, { force: true, recursive: true });
  } catch {
    // the folder is read-only: the file is ignored
  }
}

/** The key of a file is its name, so that a file under the name of another is not valid. */
function keyOf(file: string): string {
  return path.basename(file, '.safetensors');
}

/**
 * Writes features batch by batch as they are computed, as float32 safetensors; the file appears
 * when it is complete.
 */
export class FeatureWriter {
  private readonly temporary: string;
  private readonly handle: number;
  private readonly sums: string[] = [];
  private position: number;

  private constructor(
    private readonly file: string,
    /** Checksums of all tensors, in order. */
    private readonly tensors: readonly { name: string; shape: readonly number[] }[],
    private readonly header: (sums: string) => Buffer,
  ) {
    makeFolder(path.dirname(file));
    this.temporary = temporaryName(file);
    fs.rmSync(this.temporary, { force: true });
    this.handle = fs.openSync(this.temporary, 'wx');
    writing.add(this.temporary);
    this.position = header('').length;
  }

  /**
   * Starts a file.
   * @param shapes - of every batch in order, the shape `[B, T, D]` of each layer
   * @returns undefined if the cache has no room for it, or its folder cannot be written: the cache
   * is optional
   */
  static begin(file: string, shapes: readonly (readonly number[])[][], limit = DEFAULT_LIMIT): FeatureWriter | undefined {
    const tensors = shapes.flatMap((layers, batch) => layers.map((shape, layer) => ({ name: featureName(batch, layer), shape })));
    const entries: Record<string, unknown> = {};
    let offset = 0;
    for (const { name, shape } of tensors) {
      const bytes = shape.reduce((a, b) => a * b, 4);
      entries[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes] };
      offset += bytes;
    }
    const header = (sums: string): Buffer => headerOf({ __metadata__: { sums: sums.padEnd(tensors.length * DIGITS, '-') }, ...entries });
    removeLeftovers(path.dirname(file), writing);
    try {
      return cacheBytes(path.dirname(file)) + offset > limit ? undefined : new FeatureWriter(file, tensors, header);
    } catch {
      return undefined;
    }
  }

  /**
   * Writes the next layer of the current batch.
   * @returns this; undefined if it cannot be written (the disk is full), and then what was written
   * is removed: the cache is optional
   */
  add(values: Float32Array): this | undefined {
    const { name, shape } = this.tensors[this.sums.length];
    if (values.length !== shape.reduce((a, b) => a * b, 1)) throw new Error(`${name}: ${values.length} values for [${shape.join()}]`);
    try {
      writeWhole(this.handle, values, this.position);
    } catch {
      this.abandon();
      return undefined;
    }
    this.sums.push(featureSum(keyOf(this.file), name, shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
    this.position += values.byteLength;
    return this;
  }

  /** Moves the file into place, unless the folder was removed or the disk is full. */
  finish(): void {
    if (this.sums.length !== this.tensors.length) {
      throw new Error(`${this.file}: ${this.sums.length} tensors of features, ${this.tensors.length} were announced`);
    }
    try {
      writeWhole(this.handle, this.header(this.sums.join('')), 0);
      fs.fsyncSync(this.handle);
      if (fs.existsSync(this.temporary)) fs.renameSync(this.temporary, this.file);
    } catch {
      // the file is removed below
    }
    this.abandon();
  }

  /** Removes what was written. */
  abandon(): void {
    fs.closeSync(this.handle);
    fs.rmSync(this.temporary, { force: true });
    writing.delete(this.temporary);
  }
}

/** A header of the safetensors format, preceded by its length. */
function headerOf(header: object): Buffer {
  const text = JSON.stringify(header);
  const padded = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}
