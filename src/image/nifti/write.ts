import { zoomsOf, type Affine } from './affine';
import type { NiftiGrid } from './volume';

/** The grid of a volume to be written: axes as stored, the first one fastest. */
export interface StoredGrid {
  dims: [number, number, number];
  /** From stored indices to mm; null if only the distances are known. */
  affine: Affine | null;
  /** Distances in mm along the stored axes; 1 where they are not known. */
  zooms: [number, number, number];
}

/** The grid of a NIfTI file as it is stored, from its RAS+ form. */
export function storedGrid({ shape, affine, spacing, axes: { order, sign } }: NiftiGrid): StoredGrid {
  const scale = spacing[0] / zoomsOf(affine)[0]; // the file's own unit in mm
  const dims: StoredGrid['dims'] = [0, 0, 0];
  const zooms: StoredGrid['zooms'] = [1, 1, 1];
  const rows = affine.map((row) => [0, 0, 0, row[3] * scale]);
  order.forEach((axis, i) => {
    dims[axis] = shape[i];
    zooms[axis] = spacing[i];
    affine.forEach((row, r) => {
      rows[r][axis] = row[i] * sign[i] * scale;
      if (sign[i] < 0) rows[r][3] += row[i] * scale * (shape[i] - 1);
    });
  });
  return { dims, affine: rows, zooms };
}

/** Where the voxel of RAS+ indices lies in a volume with the axes as stored. */
export function storedPlace({ shape, axes: { order, sign } }: NiftiGrid): (x: number, y: number, z: number) => number {
  const dims = [0, 0, 0];
  order.forEach((axis, i) => (dims[axis] = shape[i]));
  const steps = [1, dims[0], dims[0] * dims[1]];
  const first = order.reduce((sum, axis, i) => sum + (sign[i] < 0 ? (dims[axis] - 1) * steps[axis] : 0), 0);
  const [sx, sy, sz] = order.map((axis, i) => steps[axis] * sign[i]);
  return (x, y, z) => first + x * sx + y * sy + z * sz;
}

const HEADER = 348;
const START = 352;
/** NIFTI_UNITS_MM, NIFTI_XFORM_ALIGNED_ANAT. */
const [MILLIMETRES, ALIGNED] = [2, 2];

/**
 * A volume as a NIfTI-1 file (`.nii`, not compressed), little endian. The affine is written as the
 * sform; without one both codes are 0, and only the distances of voxels count.
 * @param voxels - in the order of the stored axes, the first one fastest: float32 or uint8
 * @throws RangeError if their number does not fit, or a side is too long for the format
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 */
export function niftiBytes(voxels: Float32Array | Uint8Array, { dims, affine, zooms }: StoredGrid): Uint8Array {
  if (voxels.length !== dims[0] * dims[1] * dims[2]) throw new RangeError(`niftiBytes: ${voxels.length} values for ${dims.join(' x ')}`);
  if (dims.some((side) => side > 32767)) throw new RangeError(`niftiBytes: ${dims.join(' x ')}: NIfTI-1 has sides of at most 32767`);
  const float = voxels instanceof Float32Array;
  const out = new Uint8Array(START + voxels.byteLength);
  const view = new DataView(out.buffer);
  view.setInt32(0, HEADER, true);
  [3, ...dims, 1, 1, 1, 1].forEach((side, i) => view.setInt16(40 + 2 * i, side, true));
  view.setInt16(70, float ? 16 : 2, true);
  view.setInt16(72, float ? 32 : 8, true);
  [1, ...zooms, 0, 0, 0, 0].forEach((zoom, i) => view.setFloat32(76 + 4 * i, zoom, true));
  view.setFloat32(108, START, true);
  view.setFloat32(112, 1, true); // slope
  view.setUint8(123, MILLIMETRES);
  view.setInt16(254, affine ? ALIGNED : 0, true);
  affine?.forEach((row, r) => row.forEach((value, c) => view.setFloat32(280 + 16 * r + 4 * c, value, true)));
  out.set(new TextEncoder().encode('n+1\0'), 344);
  if (float) for (let i = 0; i < voxels.length; i++) view.setFloat32(START + 4 * i, voxels[i], true);
  else out.set(voxels, START);
  return out;
}
