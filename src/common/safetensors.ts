import { duplicateKey } from './duplicate-keys';
import { messageOf, UserError } from './errors';
import { kindOfFile } from './file-kind';

/** Supported element types. `BF16` and `F16` are widened to float32 on reading. */
export type DType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

/** A named array outside of any backend, row-major. */
export interface NamedArray {
  shape: number[];
  data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

/** Bytes that can be read by range: a file, or an array in memory. */
export interface ByteSource {
  /** Its name in errors: the path of a file. */
  readonly name: string;
  readonly size: number;
  /**
   * Copies the bytes from `start` to `end` (exclusive) into a new buffer.
   * @throws UserError if they cannot be read
   */
  read(start: number, end: number): Uint8Array;
}

/** Bytes in memory as a source. */
export function memoryBytes(name: string, bytes: Uint8Array): ByteSource {
  return { name, size: bytes.length, read: (start, end) => new Uint8Array(bytes.subarray(start, end)) };
}

/** The position of a tensor in its file. */
export interface TensorEntry {
  /** The type given in the file; only a {@link DType} can be read. */
  dtype: string;
  shape: number[];
  /** Bytes from the start of the file. */
  start: number;
  end: number;
}

const BYTES: Record<DType, number> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 };
/** Sizes of known but unsupported types, to check the offsets in a file. */
const OTHER_BYTES: Record<string, number> = { U64: 8, U32: 4, U16: 2, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, C64: 8 };
/**
 * Limit for the header, enough for 50,000 tensors. A larger one takes long to read; that of
 * ViT-L/14 has 70 KB.
 */
const HEADER_LIMIT = 8 * 2 ** 20;
/** Headers are padded with blanks. */
const BLANK = 0x20;

/**
 * An open safetensors file. The header is read and checked against the size of the file. Tensors
 * are read by range on request, so that a file of gigabytes needs only the memory of the current
 * tensor.
 * @see https://huggingface.co/docs/safetensors for the format
 */
export class SafetensorsFile {
  private constructor(
    private readonly source: ByteSource,
    readonly entries: ReadonlyMap<string, TensorEntry>,
    /** Free text from the writer (`__metadata__`). */
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /** Its name in errors: its path. */
  get file(): string {
    return this.source.name;
  }

  /**
   * Reads the header.
   * @throws UserError if the file is truncated or not safetensors; if it is of another known kind,
   * the error says which. As the format demands, names are unique and the bytes of the tensors
   * follow each other from the header to the end of the file.
   */
  static open(source: ByteSource): SafetensorsFile {
    const { name: file, size } = source;
    const bad = (why: string): UserError => new UserError(`${file}: not a valid safetensors file (${why})`);
    if (size === 0) throw bad('it is empty');
    const kind = kindOfFile(source.read(0, Math.min(size, 64)));
    if (kind !== undefined) throw new UserError(`${file}: is ${kind}`);
    if (size < 8) throw bad(`${size} bytes`);
    const length = new DataView(source.read(0, 8).buffer).getBigUint64(0, true);
    if (length > BigInt(size - 8)) throw bad(`a header of ${length} bytes in a file of ${size}`);
    if (length > BigInt(HEADER_LIMIT)) throw bad(`a header of ${length} bytes; at most ${HEADER_LIMIT} are allowed`);
    const dataStart = 8 + Number(length);
    const header = parseHeader(new TextDecoder('utf-8', { ignoreBOM: true }).decode(source.read(8, dataStart)), bad);
    const entries = new Map<string, TensorEntry>();
    let metadata: Record<string, string> = {};
    for (const [name, raw] of Object.entries(header as Record<string, unknown>)) {
      if (name === '__metadata__') {
        if (!isTexts(raw)) throw bad('__metadata__: expected an object of texts');
        metadata = raw;
        continue;
      }
      const entry = (raw ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
      const { dtype, shape, data_offsets: offsets } = entry;
      if (typeof dtype !== 'string') throw bad(`${name}: dtype`);
      if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) throw bad(`${name}: shape`);
      if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((n) => Number.isSafeInteger(n) && n >= 0)) {
        throw bad(`${name}: data_offsets`);
      }
      const [from, to] = offsets as [number, number];
      const bytes = isDType(dtype) ? BYTES[dtype] : Object.hasOwn(OTHER_BYTES, dtype) ? OTHER_BYTES[dtype] : undefined;
      const wanted = bytes === undefined ? Math.max(0, to - from) : (shape as number[]).reduce((a, b) => a * b, 1) * bytes;
      if (to - from !== wanted) throw bad(`${name}: ${to - from} bytes for shape [${shape.join(', ')}] of ${dtype}`);
      if (dataStart + to > size) throw bad(`${name} ends at byte ${dataStart + to}, the file has ${size}; it is truncated`);
      entries.set(name, { dtype, shape: shape as number[], start: dataStart + from, end: dataStart + to });
    }
    let covered = dataStart;
    for (const [name, { start, end }] of [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
      if (start < covered && end > start) throw bad(`${name} overlaps the bytes of another tensor`);
      if (start > covered) throw bad(`${start - covered} bytes before ${name} belong to no tensor`);
      covered = Math.max(covered, end);
    }
    if (covered < size) throw bad(`${size - covered} bytes at the end belong to no tensor`);
    return new SafetensorsFile(source, entries, metadata);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The raw bytes of a tensor, copied from the file. */
  bytes(name: string): { entry: TensorEntry; bytes: Uint8Array } {
    const entry = this.entries.get(name);
    if (!entry) throw new UserError(`${this.file}: no tensor ${JSON.stringify(name)}`);
    const bytes = this.source.read(entry.start, entry.end);
    return { entry, bytes };
  }

  /**
   * A tensor as numbers: 16-bit floats become float32; small integers and int64 become int32.
   * @throws UserError if its type is not supported, or an integer is beyond int32
   */
  read(name: string): NamedArray {
    const { entry, bytes } = this.bytes(name);
    if (!isDType(entry.dtype)) throw new UserError(`${this.file}: ${name}: type ${JSON.stringify(entry.dtype)} cannot be read`);
    const data = decode(entry.dtype, bytes);
    if (data === undefined) throw new UserError(`${this.file}: ${name}: has an integer beyond 32 bits`);
    return { shape: entry.shape, data };
  }
}

function parseHeader(text: string, bad: (why: string) => UserError): unknown {
  if (!text.startsWith('{')) throw bad('the header is not an object');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw bad(`header: ${messageOf(error)}`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw bad(`the header has ${JSON.stringify(twice.key)} twice`);
  return header;
}

function isDType(text: string): text is DType {
  return Object.hasOwn(BYTES, text);
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}

/** Decodes the numbers; undefined if one does not fit. */
function decode(dtype: DType, bytes: Uint8Array): NamedArray['data'] | undefined {
  const { buffer } = bytes;
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return new Float64Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'U8':
    case 'BOOL':
      return bytes;
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer));
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer));
    case 'I64':
      return int64ToInt32(new BigInt64Array(buffer as ArrayBuffer));
    case 'I16':
      return Int32Array.from(new Int16Array(buffer));
    case 'I8':
      return Int32Array.from(new Int8Array(buffer));
  }
}

function int64ToInt32(values: BigInt64Array): Int32Array | undefined {
  const out = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    out[i] = Number(values[i]);
    if (BigInt(out[i]) !== values[i]) return undefined;
  }
  return out;
}

/** bfloat16 is the upper half of a float32. */
function bfloat16ToFloat32(half: Uint16Array): Float32Array {
  const words = new Uint32Array(half.length);
  for (let i = 0; i < half.length; i++) words[i] = half[i] << 16;
  return new Float32Array(words.buffer);
}

let halfTable: Float32Array | undefined;

function float16ToFloat32(half: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, h) => {
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  const out = new Float32Array(half.length);
  for (let i = 0; i < half.length; i++) out[i] = halfTable[half[i]];
  return out;
}

/**
 * float32 to IEEE half precision, rounded to nearest even; values that are too large become
 * infinity.
 */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const w = words[i];
    const sign = (w >>> 16) & 0x8000;
    const exponent = ((w >>> 23) & 255) - 112;
    const fraction = w & 0x7fffff;
    if (exponent >= 31) {
      out[i] = sign | 0x7c00 | (exponent === 143 && fraction ? 512 : 0);
    } else if (exponent <= 0) {
      out[i] = sign | roundEven(Math.abs(values[i]) * 2 ** 24);
    } else {
      const dropped = fraction & 0x1fff;
      const base = (exponent << 10) | (fraction >>> 13);
      out[i] = sign | (base + (dropped > 0x1000 || (dropped === 0x1000 && base & 1) ? 1 : 0));
    }
  }
  return out;
}

function roundEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * Arrays as the bytes of a safetensors file, in the given order.
 * @param options.half - store float32 arrays as float16
 */
export function safetensorsBytes(
  arrays: Iterable<readonly [string, NamedArray]>,
  metadata: Record<string, string> = {},
  options: { half?: boolean } = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of arrays) {
    const half = options.half === true && data instanceof Float32Array;
    const stored = half ? float32ToFloat16(data) : data;
    const dtype: DType = half
      ? 'F16'
      : data instanceof Float32Array
        ? 'F32'
        : data instanceof Float64Array
          ? 'F64'
          : data instanceof Int32Array
            ? 'I32'
            : 'U8';
    if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new Error(`${name}: ${data.length} values for shape [${shape.join(', ')}]`);
    header[name] = { dtype, shape, data_offsets: [offset, offset + stored.byteLength] };
    parts.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
    offset += stored.byteLength;
  }
  const plain = new TextEncoder().encode(JSON.stringify(header));
  const length = plain.length + ((8 - (plain.length % 8)) % 8);
  const whole = new Uint8Array(8 + length + offset).fill(BLANK, 8, 8 + length);
  new DataView(whole.buffer).setBigUint64(0, BigInt(length), true);
  whole.set(plain, 8);
  let at = 8 + length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
