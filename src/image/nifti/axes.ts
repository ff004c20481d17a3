import { directions, type Affine } from './affine';

/** How stored axes become RAS+ axes: to the right, to the front (anterior), up (superior). */
export interface CanonicalAxes {
  /** The stored axis that becomes x, y, z. */
  order: [number, number, number];
  /** -1 where it is flipped. */
  sign: [number, number, number];
}

/**
 * The permutation and flips that bring stored axes nearest to RAS+, as nibabel's
 * `as_closest_canonical`: the columns of the rotation part are made orthogonal by polar
 * decomposition; then each column, the one with the largest entry first, takes the free world axis
 * of its largest entry.
 */
export function canonicalAxes(affine: Affine): CanonicalAxes {
  const rotation = nearestOrthogonal(directions(affine));
  const largest = [0, 1, 2].map((c) => Math.max(...rotation.map((row) => row[c] ** 2)));
  const order = [0, 0, 0] as CanonicalAxes['order'];
  const sign = [1, 1, 1] as CanonicalAxes['sign'];
  const free = new Set([0, 1, 2]);
  for (const column of [0, 1, 2].sort((a, b) => largest[b] - largest[a])) {
    const size = (world: number): number => Math.abs(rotation[world][column]);
    const world = [...free].reduce((best, other) => (size(other) > size(best) ? other : best));
    free.delete(world);
    order[world] = column;
    sign[world] = rotation[world][column] < 0 ? -1 : 1;
  }
  return { order, sign };
}

/** The affine after {@link canonicalAxes}. */
export function canonicalAffine(affine: Affine, { order, sign }: CanonicalAxes, dims: readonly number[]): Affine {
  return affine.map((row) => {
    const columns = order.map((axis, i) => row[axis] * sign[i]);
    const origin = order.reduce((sum, axis, i) => sum + (sign[i] < 0 ? row[axis] * (dims[axis] - 1) : 0), row[3]);
    return [...columns, origin];
  });
}

/**
 * The orthogonal factor of the polar decomposition of a matrix of rank 3, by Newton's iteration
 * X <- (X + X^-T) / 2 (Higham 1986), which converges quadratically.
 */
function nearestOrthogonal(matrix: number[][]): number[][] {
  let x = matrix;
  for (let step = 0; step < 100; step++) {
    const inverse = inverseTransposed(x);
    const next = x.map((row, r) => row.map((v, c) => (v + inverse[r][c]) / 2));
    const change = Math.max(...next.flatMap((row, r) => row.map((v, c) => Math.abs(v - x[r][c]))));
    x = next;
    if (change < 1e-15) break;
  }
  return x;
}

/** The cofactors divided by the determinant. */
function inverseTransposed([a, b, c]: number[][]): number[][] {
  const cross = (u: number[], v: number[]): number[] => [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  const rows = [cross(b, c), cross(c, a), cross(a, b)];
  const determinant = a[0] * rows[0][0] + a[1] * rows[0][1] + a[2] * rows[0][2];
  return rows.map((row) => row.map((v) => v / determinant));
}
