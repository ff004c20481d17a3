import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';

/**
 * Token embeddings of ids, each row of length `n`: `[P][n]` to `[P, n, W]`.
 * @param table - `[V, W]`
 * @throws UserError if the vocabulary of the model lacks an id
 */
export function lookUpTokens(table: tf.Tensor2D, ids: readonly Int32Array[], n: number): tf.Tensor3D {
  const [known, width] = table.shape;
  const all = concatIds(ids, n);
  const largest = all.reduce((a, b) => Math.max(a, b), 0);
  if (largest >= known) {
    throw new UserError(
      `text_config: vocab_size ${known}: token ${largest} is needed; expected a model with the vocabulary of its tokenizer`,
    );
  }
  return tf.tidy(() => tf.reshape(tf.gather(table, tf.tensor1d(all, 'int32')), [ids.length, n, width]));
}

function concatIds(ids: readonly Int32Array[], n: number): Int32Array {
  const flat = new Int32Array(ids.length * n);
  ids.forEach((row, i) => {
    if (row.length !== n) throw new Error(`ids of prompt ${i}: ${row.length}, expected ${n}`);
    flat.set(row, i * n);
  });
  return flat;
}
