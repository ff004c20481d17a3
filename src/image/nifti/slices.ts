import { UsageError } from '../../common/errors';
import type { NiftiGrid, NiftiVolume } from './volume';

/** The axis along which a volume is cut: sagittal slices lie side by side from left to right. */
export const AXES = ['sagittal', 'coronal', 'axial'] as const;
/** One of {@link AXES}: x, y, z of RAS+. */
export type Axis = (typeof AXES)[number];

/** How much thicker than the others an axis must be to count as the thickest. */
const THICKER = 1.01;

/**
 * The axis that a word of `--axis` means: its name, or x, y, z.
 * @throws UsageError for other words
 */
export function axisNamed(word: string): Axis {
  const at = AXES.findIndex((name, i) => word.toLowerCase() === name || word.toLowerCase() === 'xyz'[i]);
  if (at < 0) throw new UsageError(`--axis: expected sagittal, coronal, axial, x, y or z, got ${JSON.stringify(word)}`);
  return AXES[at];
}

/**
 * The axis that was asked for ({@link axisNamed}). Default: of a single stored slice, the one across
 * it; else the one with the largest distance between voxels, across which the scanner cut; axial if
 * none is larger.
 * @throws UsageError for words that mean none
 */
export function axisOf(asked: string | undefined, { shape, spacing, axes }: Pick<NiftiGrid, 'shape' | 'spacing' | 'axes'>): Axis {
  if (asked !== undefined) return axisNamed(asked);
  const third = axes.order.indexOf(2);
  if (shape[third] === 1) return AXES[third];
  const thickest = [2, 1, 0].reduce((best, axis) => (spacing[axis] > spacing[best] * THICKER ? axis : best));
  return AXES[thickest];
}

/** Slices of a volume as a radiologist looks at them. */
export interface SliceView {
  axis: Axis;
  /** Which way is up and left, for people. */
  up: string;
  slices: number;
  width: number;
  height: number;
  /** Distances in mm between rows, columns and slices. */
  spacing: { row: number; column: number; slice: number };
  /** The voxel that is shown in slice `s` at row `r` and column `c`. */
  voxel(s: number, r: number, c: number): [x: number, y: number, z: number];
}

/**
 * Axial: front (anterior) up, the patient's right on the left, from the feet to the head. Coronal:
 * head up, the patient's right on the left, from back to front. Sagittal: head up, front on the
 * left, from the patient's left to right.
 */
export function sliceView(axis: Axis, { shape: [X, Y, Z], spacing: [dx, dy, dz] }: Pick<NiftiGrid, 'shape' | 'spacing'>): SliceView {
  switch (axis) {
    case 'axial':
      return {
        axis,
        up: "front up, the patient's right on the left",
        slices: Z,
        width: X,
        height: Y,
        spacing: { row: dy, column: dx, slice: dz },
        voxel: (s, r, c) => [X - 1 - c, Y - 1 - r, s],
      };
    case 'coronal':
      return {
        axis,
        up: "head up, the patient's right on the left",
        slices: Y,
        width: X,
        height: Z,
        spacing: { row: dz, column: dx, slice: dy },
        voxel: (s, r, c) => [X - 1 - c, s, Z - 1 - r],
      };
    case 'sagittal':
      return {
        axis,
        up: 'head up, front on the left',
        slices: X,
        width: Y,
        height: Z,
        spacing: { row: dz, column: dy, slice: dx },
        voxel: (s, r, c) => [s, Y - 1 - c, Z - 1 - r],
      };
  }
}

/** The values of one slice of volume `t`, `[height, width]`, in float64. */
export function sliceValues(volume: NiftiVolume, { width, height, voxel }: SliceView, s: number, t: number): Float64Array {
  const place = (r: number, c: number): number => volume.place(...voxel(s, r, c), t);
  const [start, down, right] = [place(0, 0), place(1, 0) - place(0, 0), place(0, 1) - place(0, 0)];
  const out = new Float64Array(width * height);
  for (let r = 0, to = 0; r < height; r++) {
    for (let c = 0; c < width; c++) out[to++] = volume.valueAt(start + r * down + c * right);
  }
  return out;
}
