import zlib from 'node:zlib';
import { Random } from '../../../src/common/random';

/**
 * A file with a few changes: bits, bytes, numbers that a header might hold, parts cut out, repeated
 * or cut off. Of a compressed file, every second time its content is changed instead.
 */
export function mutated(bytes: Buffer, seed: number, head = 600): Buffer {
  const random = Random.of(seed, 'mutated');
  const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let out: Buffer = Buffer.from(bytes);
  if (compressed && seed % 2 === 0) {
    try {
      return zlib.gzipSync(mutated(zlib.gunzipSync(bytes), seed + 1_000_000));
    } catch {
      // a stream that is cut already
    }
  }
  const changes = 1 + random.integer(0, 4);
  for (let change = 0; change < changes && out.length > 8; change++) {
    const at = random.integer(0, random.integer(0, 3) === 0 ? out.length : Math.min(head, out.length)); // mostly in the header
    switch (random.integer(0, 6)) {
      case 0:
        out[at] ^= 1 << random.integer(0, 8);
        break;
      case 1:
        out[at] = random.integer(0, 256);
        break;
      case 2:
        if (at + 4 <= out.length) out.writeInt32LE([0, -1, 1, 0x7fffffff, -0x80000000, 0x7fc00000, 32767, 7][random.integer(0, 8)], at);
        break;
      case 3:
        if (at + 2 <= out.length)
          out.writeInt16LE([0, -1, 1, 32767, 16, 64, 512, 1024][random.integer(0, 8)], Math.min(at & ~1, out.length - 2));
        break;
      case 4:
        out = out.subarray(0, at);
        break;
      default:
        out = Buffer.concat([out.subarray(0, at), out.subarray(Math.max(0, at - random.integer(0, 64)))]);
    }
  }
  return out;
}
