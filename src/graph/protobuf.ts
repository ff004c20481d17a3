/**
 * The few parts of the wire format of Protocol Buffers that a TensorFlow graph needs. A message is
 * the concatenation of its fields.
 * @see https://protobuf.dev/programming-guides/encoding
 */

/** An integer, enumeration or boolean; negative ones take ten bytes. */
export function integer(field: number, value: number | boolean): Uint8Array {
  return concat([varint(field << 3), varint(BigInt.asUintN(64, BigInt(value)))]);
}

/** A 32-bit float. */
export function float(field: number, value: number): Uint8Array {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setFloat32(0, value, true);
  return concat([varint((field << 3) | 5), four]);
}

/** A string, bytes, or a message made of `parts`. */
export function bytes(field: number, ...parts: (string | Uint8Array)[]): Uint8Array {
  const content = concat(parts.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part)));
  return concat([varint((field << 3) | 2), varint(content.length), content]);
}

/** An entry of a map from strings to messages. */
export function entry(field: number, key: string, value: Uint8Array): Uint8Array {
  return bytes(field, bytes(1, key), bytes(2, value));
}

/** Messages and fields, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function varint(value: number | bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...out, Number(rest));
}
