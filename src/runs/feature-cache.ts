import fs from 'node:fs';
import path from 'node:path';
import { makeFolder, sha256, writeWhole } from '../common/files';
import { SafetensorsFile } from '../common/safetensors';
import { backendName } from '../graph/execution';
import type { FrozenEncoder } from '../backbones/clip/frozen-encoder';

/** A folder in which the frozen features of test sets are kept between runs. */
export interface FeatureCache {
  dir: string;
  /** Bytes that all its files may take together (default 20 GB); what does not fit is not kept. */
  limit?: number;
}

const DEFAULT_LIMIT = 20e9;
const VERSION = 2;

/** What decides the frozen features of a test set, besides the encoder and the backend at hand: weights and images. */
export interface FeatureIdentity {
  model: { hash: string };
  dataset: { hash: string };
}

/**
 * The cache's file for the features of a data set's test images, whether it is there or not; the backend that runs has its own, since two
 * round differently.
 */
export function featureFile(cache: FeatureCache, { model, dataset }: FeatureIdentity, encoder: FrozenEncoder): string {
  const key = sha256(JSON.stringify([VERSION, model.hash, dataset.hash, encoder.imageSize, encoder.features, backendName()]));
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

/** Removes what writers left that were killed: unfinished files that nobody has touched for a day. */
function removeLeftovers(dir: string): void {
  if (!fs.existsSync(dir)) return;
  for (const name of fs.readdirSync(dir).filter((entry) => entry.endsWith('.tmp'))) {
    const file = path.join(dir, name);
    if ((fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - 86_400_000) fs.rmSync(file, { force: true });
  }
}

/** Name of the tokens of one batch at one layer, both counted from 0. */
export function featureName(batch: number, layer: number): string {
  return `batch${batch}.layer${layer}`;
}

/** Opens kept features; nothing where there are none, or where the file is damaged (it is then removed and made anew). */
export function openFeatures(file: string, batches: number): SafetensorsFile | undefined {
  if (!fs.existsSync(file)) return undefined;
  try {
    const saved = SafetensorsFile.open(file);
    if (saved.has(featureName(batches - 1, 0)) && !saved.has(featureName(batches, 0))) return saved;
  } catch {
    // removed below
  }
  fs.rmSync(file, { force: true });
  return undefined;
}

/**
 * Writes features batch by batch as they are made, float32 in the safetensors format; the file appears when it is whole.
 */
export class FeatureWriter {
  private readonly temporary: string;
  private readonly handle: number;
  private position: number;
  private written = 0;
  private readonly expected: number;

  private constructor(
    private readonly file: string,
    header: Buffer,
    bytes: number,
  ) {
    makeFolder(path.dirname(file));
    this.temporary = `${file}.${process.pid}.tmp`;
    this.handle = fs.openSync(this.temporary, 'w');
    fs.writeSync(this.handle, header);
    this.position = header.length;
    this.expected = bytes;
  }

  /**
   * Begins a file.
   * @param shapes - of every batch in order, of each of its layers `[B, T, D]`
   * @returns nothing where the cache has no room for it
   */
  static begin(file: string, shapes: readonly (readonly number[])[][], limit = DEFAULT_LIMIT): FeatureWriter | undefined {
    const header: Record<string, unknown> = {};
    let offset = 0;
    shapes.forEach((layers, batch) =>
      layers.forEach((shape, layer) => {
        const bytes = shape.reduce((a, b) => a * b, 4);
        header[featureName(batch, layer)] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes] };
        offset += bytes;
      }),
    );
    removeLeftovers(path.dirname(file));
    if (cacheBytes(path.dirname(file)) + offset > limit) return undefined;
    const text = JSON.stringify(header);
    const padded = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(padded.length));
    return new FeatureWriter(file, Buffer.concat([length, padded]), offset);
  }

  /**
   * The next layer of the batch at hand.
   * @returns this; nothing where it cannot be written (the disk is full), and what was written is removed: others can do without
   */
  add(values: Float32Array): this | undefined {
    try {
      writeWhole(this.handle, values, this.position);
    } catch {
      this.abandon();
      return undefined;
    }
    this.position += values.byteLength;
    this.written += values.byteLength;
    return this;
  }

  /** Puts the file in its place, unless somebody has removed the folder. */
  finish(): void {
    if (this.written !== this.expected) throw new Error(`${this.file}: ${this.written} bytes of features, ${this.expected} were announced`);
    fs.fsyncSync(this.handle);
    fs.closeSync(this.handle);
    if (fs.existsSync(this.temporary)) fs.renameSync(this.temporary, this.file);
  }

  /** Removes what was written. */
  abandon(): void {
    fs.closeSync(this.handle);
    fs.rmSync(this.temporary, { force: true });
  }
}
