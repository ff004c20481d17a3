import type { NiftiHeader } from './header';

/** Three rows of a 4 x 4 matrix from voxel indices to millimetres; the fourth is 0, 0, 0, 1. */
export type Affine = readonly (readonly number[])[];

/** A sum of squares that differs from 1 by less than this is 1, rounded to float32. */
const ROUNDING = 3 * 2 ** -23;

/**
 * The affine of the voxels as stored: the sform if its code is above 0, else the qform, else the
 * voxel sizes alone with x flipped and the origin in the middle, as in nibabel.
 * @throws Error if it is not made of finite numbers, or not of rank 3
 */
export function affineOf(header: NiftiHeader): Affine {
  const affine = header.sform ?? (header.qform ? fromQuaternion(header) : fromSizes(header));
  if (!affine.flat().every(Number.isFinite)) throw new Error('the affine has values that are no numbers');
  if (!(Math.abs(determinant(directions(affine))) > 1e-6)) throw new Error('the affine does not have three directions');
  return affine;
}

/** Lengths of the affine's columns: the distances between voxels. */
export function zoomsOf(affine: Affine): [number, number, number] {
  return [0, 1, 2].map((c) => Math.hypot(affine[0][c], affine[1][c], affine[2][c])) as [number, number, number];
}

/** The columns of the rotation part, each divided by its length, `[3, 3]`. */
export function directions(affine: Affine): number[][] {
  const zooms = zoomsOf(affine);
  return affine.map((row) => zooms.map((zoom, c) => row[c] / zoom));
}

export function determinant([a, b, c]: readonly (readonly number[])[]): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

/** Method 2 of the NIfTI-1 standard. */
function fromQuaternion({ qform, pixdim }: NiftiHeader): Affine {
  const { quaternion, offset } = qform as NonNullable<NiftiHeader['qform']>;
  const rest = 1 - quaternion.reduce((sum, v) => sum + v * v, 0);
  if (!(rest >= -ROUNDING)) throw new Error(`the quaternion ${quaternion.join(', ')} is longer than 1`);
  const a = rest < ROUNDING ? 0 : Math.sqrt(rest);
  const length = Math.hypot(a, ...quaternion);
  const [w, x, y, z] = [a, ...quaternion].map((v) => v / length);
  const rotation = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  const sizes = [pixdim[1], pixdim[2], pixdim[0] === -1 ? -pixdim[3] : pixdim[3]];
  return rotation.map((row, r) => [...row.map((v, c) => v * sizes[c]), offset[r]]);
}

function fromSizes({ dims, pixdim }: NiftiHeader): Affine {
  return [0, 1, 2].map((r) => {
    const size = (r === 0 ? -1 : 1) * pixdim[r + 1];
    return [0, 1, 2, 3].map((c) => (c === r ? size : c === 3 ? (-size * (dims[r] - 1)) / 2 : 0));
  });
}
