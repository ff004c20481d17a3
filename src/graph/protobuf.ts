/**
 * The few parts of Protocol Buffers' wire format that a TensorFlow graph needs: a message is the concatenation of its fields.
 * @see https://protobuf.dev/programming-guides/encoding
 */

/** An integer, enumeration or boolean; negative ones take ten bytes. */
export function integer(field: number, value: number | boolean): Buffer {
  return Buffer.concat([varint(field << 3), varint(BigInt.asUintN(64, BigInt(value)))]);
}

/** A 32-bit float. */
export function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bytes]);
}

/** A string, bytes, or a message made of `parts`. */
export function bytes(field: number, ...parts: (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

/** An entry of a map from strings to messages. */
export function entry(field: number, key: string, value: Uint8Array): Buffer {
  return bytes(field, bytes(1, key), bytes(2, value));
}

function varint(value: number | bigint): Buffer {
  const out: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return Buffer.from([...out, Number(rest)]);
}
