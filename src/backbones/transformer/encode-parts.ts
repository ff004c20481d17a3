import { tf } from '../../common/tf';
import type { ImageEncoder } from './image-encoder';
import type { Rotation } from './transformer';

/** Largest number of tokens that the encoder processes at a time. */
const TOKENS = 8192;

/**
 * Embeddings of parts of images, as in WinCLIP (Jeong et al. 2023, section 4.2). The encoder runs
 * on the tokens before the patches (the class token) and the patches of one part, without all
 * others, and the embedding is made as for a whole image.
 * @param embedded - tokens before the first block, `[B, N, D]`
 * @param parts - the indices of the patches of each part; all parts have the same number
 * @returns not of unit length, `[B, parts, P]`
 */
export function encodeParts(encoder: ImageEncoder, embedded: tf.Tensor3D, parts: readonly (readonly number[])[]): tf.Tensor3D {
  const [b] = embedded.shape;
  const tokens = parts[0].length + encoder.prefix;
  const count = Math.max(1, Math.floor(TOKENS / (b * tokens)));
  return tf.tidy(() => {
    const groups: tf.Tensor3D[] = [];
    for (let start = 0; start < parts.length; start += count) {
      groups.push(tf.tidy(() => encodeGroup(encoder, embedded, parts.slice(start, start + count))));
    }
    return tf.concat(groups, 1);
  });
}

function encodeGroup(encoder: ImageEncoder, embedded: tf.Tensor3D, parts: readonly (readonly number[])[]): tf.Tensor3D {
  const [b, , d] = embedded.shape;
  const { prefix } = encoder;
  const first = Array.from({ length: prefix }, (_, i) => i);
  const tokens = parts.map((part) => [...first, ...part.map((patch) => patch + prefix)]);
  const at = tf.tensor1d(tokens.flat(), 'int32');
  const sequences = tf.reshape(tf.gather(embedded, at, 1), [b * parts.length, tokens[0].length, d]) as tf.Tensor3D;
  const last = encoder.transformer.run(sequences, { rotation: gathered(encoder.parts.rotation, at, b, tokens[0].length), frozen: true });
  return tf.reshape(encoder.head.embed(last), [b, parts.length, -1]);
}

/** The rotary positions of the chosen tokens of each part, for every image. */
function gathered(rotation: Rotation | undefined, at: tf.Tensor1D, images: number, tokens: number): Rotation | undefined {
  if (!rotation) return undefined;
  const of = (table: tf.Tensor): tf.Tensor => {
    const [, width] = table.shape;
    return tf.tile(tf.reshape(tf.gather(table, at), [-1, 1, tokens, width]), [images, 1, 1, 1]);
  };
  return { cos: of(rotation.cos), sin: of(rotation.sin) };
}
