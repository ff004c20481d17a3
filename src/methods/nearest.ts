import { tf } from '../common/tf';

/** Largest number of products that are in memory at a time. */
const PRODUCTS = 2 ** 24;

/**
 * Squared Euclidean distances between all rows of `[R, C]` and all rows of a bank `[M, C]`, as `[R,
 * M]`: |x|² + |m|² - 2 x·m.
 */
export function squaredDistances(rows: tf.Tensor2D, bank: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const lengths = tf.sum(tf.square(rows), 1, true);
    const bankLengths = tf.reshape(tf.sum(tf.square(bank), 1), [1, -1]);
    return tf.maximum(tf.sub(tf.add(lengths, bankLengths), tf.mul(tf.matMul(rows, bank, false, true), 2)), 0);
  });
}

/** Index of the row of a bank `[M, C]` that is nearest to each row of `[R, C]`: `[R]`, integers. */
export function nearestIndex(rows: tf.Tensor2D, bank: tf.Tensor2D): tf.Tensor1D {
  return inPieces(rows, bank.shape[0], (piece) => tf.argMin(squaredDistances(piece, bank), 1));
}

/**
 * The mean Euclidean distance of each row of `[R, C]` to its k nearest rows of a bank `[M, C]` (all
 * if M < k): `[R]`.
 */
export function meanNearestDistance(rows: tf.Tensor2D, bank: tf.Tensor2D, k: number): tf.Tensor1D {
  const count = Math.min(k, bank.shape[0]);
  return inPieces(rows, bank.shape[0], (piece) => {
    const { indices } = tf.topk(tf.neg(squaredDistances(piece, bank)), count);
    const found = tf.reshape(tf.gather(bank, tf.reshape(indices, [-1])), [piece.shape[0], count, -1]);
    return tf.mean(distance(tf.expandDims(piece, 1), found), 1);
  });
}

/**
 * Euclidean distance along the last axis, computed from the differences, so that small distances
 * are exact too.
 */
export function distance(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.sqrt(tf.sum(tf.square(tf.sub(a, b)), -1)));
}

/**
 * Applies a function of rows, `[r, C]` to `[r]`, in pieces of at most `products` products, at
 * `perRow` products per row.
 */
export function inPieces(rows: tf.Tensor2D, perRow: number, apply: (piece: tf.Tensor2D) => tf.Tensor, products = PRODUCTS): tf.Tensor1D {
  const [count] = rows.shape;
  const size = Math.max(1, Math.floor(products / perRow));
  return tf.tidy(() => {
    const pieces: tf.Tensor[] = [];
    for (let start = 0; start < count; start += size) {
      const piece = tf.slice(rows, [start, 0], [Math.min(size, count - start), -1]);
      pieces.push(tf.tidy(() => apply(piece)));
    }
    return (pieces.length === 1 ? pieces[0] : tf.concat(pieces)) as tf.Tensor1D;
  });
}
