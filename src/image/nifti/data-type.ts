import { NotRead } from '../limits';

/** Voxels as stored, in the byte order of this machine. */
export type Voxels = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** A kind of voxel of the NIfTI standard. */
export interface DataType {
  name: string;
  /** Bytes per voxel. */
  bytes: 1 | 2 | 4 | 8;
  of(buffer: ArrayBuffer, at: number, count: number): Voxels;
}

/** By the number in the header. */
const TYPES: Record<number, DataType | undefined> = {
  2: { name: 'uint8', bytes: 1, of: (...part) => new Uint8Array(...part) },
  4: { name: 'int16', bytes: 2, of: (...part) => new Int16Array(...part) },
  8: { name: 'int32', bytes: 4, of: (...part) => new Int32Array(...part) },
  16: { name: 'float32', bytes: 4, of: (...part) => new Float32Array(...part) },
  64: { name: 'float64', bytes: 8, of: (...part) => new Float64Array(...part) },
  256: { name: 'int8', bytes: 1, of: (...part) => new Int8Array(...part) },
  512: { name: 'uint16', bytes: 2, of: (...part) => new Uint16Array(...part) },
  768: { name: 'uint32', bytes: 4, of: (...part) => new Uint32Array(...part) },
  1024: { name: 'int64', bytes: 8, of: (...part) => toDoubles(new BigInt64Array(...part)) },
  1280: { name: 'uint64', bytes: 8, of: (...part) => toDoubles(new BigUint64Array(...part)) },
};

/** Kinds that have no grey level. */
const OTHERS: Record<number, string | undefined> = {
  1: 'single bits',
  32: 'complex64',
  128: 'RGB',
  1536: 'float128',
  1792: 'complex128',
  2048: 'complex256',
  2304: 'RGBA',
};

/** @throws NotRead for voxels without a grey level, and for unknown numbers */
export function dataTypeOf(code: number): DataType {
  const type = TYPES[code];
  if (type) return type;
  const name = OTHERS[code];
  throw new NotRead(
    `a NIfTI file of voxels of ${name === undefined ? `the unknown type ${code}` : `the type ${name}`}; supported are whole numbers and floating point of 8 to 64 bits: save it as float32`,
  );
}

/**
 * The voxels in some bytes. These are copied only if they are not aligned, in the other byte order,
 * or whole numbers of 64 bits, which become floating point.
 * @param bytes - exactly the voxels
 */
export function storedVoxels(bytes: Uint8Array, type: DataType, little: boolean): Voxels {
  const swap = !little && type.bytes > 1;
  const aligned = bytes.byteOffset % type.bytes === 0;
  const own = swap || !aligned || type.name.endsWith('int64') ? new Uint8Array(bytes) : bytes;
  if (swap) swapBytes(own, type.bytes);
  return type.of(own.buffer as ArrayBuffer, own.byteOffset, own.length / type.bytes);
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) {
    for (let i = at, j = at + size - 1; i < j; i++, j--) [bytes[i], bytes[j]] = [bytes[j], bytes[i]];
  }
}

/** Whole numbers of 64 bits as the nearest doubles, in the same memory. */
function toDoubles(whole: BigInt64Array | BigUint64Array): Float64Array {
  const out = new Float64Array(whole.buffer, whole.byteOffset, whole.length);
  for (let i = 0; i < out.length; i++) out[i] = Number(whole[i]);
  return out;
}
