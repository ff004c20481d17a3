import { NotRead } from '../../limits';
import { knowsPredictor } from './compression';
import type { TiffLayout } from './layout';

/** An array of stored samples: integers of up to 8, 16 or 32 bits, or floating point. */
export type Samples = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** Allocates an array for samples of a layout. */
export function samplesFor({ kind, bits }: Pick<TiffLayout, 'kind' | 'bits'>, length: number): Samples {
  if (kind === 'float') return bits === 64 ? new Float64Array(length) : new Float32Array(length);
  if (kind === 'int') return new Int32Array(length);
  return bits <= 8 ? new Uint8Array(length) : bits <= 16 ? new Uint16Array(length) : new Uint32Array(length);
}

/**
 * Reads one row of `out.length` samples from the start of `row`, and undoes the prediction from the
 * neighbours.
 * @param stride - samples from one pixel to the next
 */
export function unpackRow(row: Uint8Array, layout: TiffLayout, little: boolean, stride: number, out: Samples): void {
  const { bits, kind, predictor } = layout;
  const predicted = predictor !== 1 && knowsPredictor(layout.compression);
  if (predicted && predictor === 3) return readFloats(shuffledFloats(row, bits / 8, out.length, stride), bits, false, out);
  if (kind === 'float') readFloats(row, bits, little, out);
  else if (bits === 8 && kind === 'uint') out.set(row.subarray(0, out.length));
  else if (bits === 8) out.set(new Int8Array(row.buffer, row.byteOffset, out.length));
  else if (bits === 16 || bits === 32) readWords(row, layout, little, out);
  else readBits(row, bits, out);
  if (!predicted) return;
  for (let i = stride; i < out.length; i++) out[i] = wrap(out[i] + out[i - stride], bits, kind);
}

/**
 * Refuses predictors that are not supported.
 * @throws NotRead
 */
export function checkPredictor({ compression, predictor, bits, kind }: TiffLayout): void {
  if (!knowsPredictor(compression)) return;
  const known =
    predictor === 1 || (predictor === 2 && kind !== 'float' && [8, 16, 32].includes(bits)) || (predictor === 3 && kind === 'float');
  if (!known) throw new NotRead(`a TIFF with Predictor ${predictor} for ${bits} bits (${kind}); save it without a predictor`);
}

function wrap(value: number, bits: number, kind: TiffLayout['kind']): number {
  if (kind === 'int') return bits === 8 ? (value << 24) >> 24 : bits === 16 ? (value << 16) >> 16 : value | 0;
  return bits === 8 ? value & 0xff : bits === 16 ? value & 0xffff : value >>> 0;
}

function readWords(row: Uint8Array, { bits, kind }: TiffLayout, little: boolean, out: Samples): void {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  if (bits === 16 && kind === 'uint') for (let i = 0; i < out.length; i++) out[i] = view.getUint16(2 * i, little);
  else if (bits === 16) for (let i = 0; i < out.length; i++) out[i] = view.getInt16(2 * i, little);
  else if (kind === 'uint') for (let i = 0; i < out.length; i++) out[i] = view.getUint32(4 * i, little);
  else for (let i = 0; i < out.length; i++) out[i] = view.getInt32(4 * i, little);
}

function readFloats(row: Uint8Array, bits: number, little: boolean, out: Samples): void {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  if (bits === 64) for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * i, little);
  else if (bits === 32) for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * i, little);
  else for (let i = 0; i < out.length; i++) out[i] = half(view.getUint16(2 * i, little));
}

/** A 16-bit floating-point number: 1 bit sign, 5 exponent, 10 fraction. */
function half(word: number): number {
  const exponent = (word >> 10) & 31;
  const fraction = word & 1023;
  const size =
    exponent === 31 ? (fraction === 0 ? Infinity : NaN) : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return word & 0x8000 ? -size : size;
}

/** Reads samples of any width, the highest bit first, without gaps within a row. */
function readBits(row: Uint8Array, bits: number, out: Samples): void {
  const mask = (1 << bits) - 1;
  let held = 0;
  let value = 0;
  for (let i = 0, at = 0; i < out.length; i++) {
    for (; held < bits; held += 8) value = ((value << 8) | row[at++]) & 0xffffff;
    held -= bits;
    out[i] = (value >> held) & mask;
  }
}

/**
 * Undoes predictor 3: differences of bytes; first come the highest bytes of all numbers, then the
 * second ones, and so on.
 */
function shuffledFloats(row: Uint8Array, size: number, count: number, stride: number): Uint8Array {
  const bytes = row.slice(0, size * count);
  for (let i = stride; i < bytes.length; i++) bytes[i] += bytes[i - stride];
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < count; i++) for (let b = 0; b < size; b++) out[i * size + b] = bytes[b * count + i];
  return out;
}
