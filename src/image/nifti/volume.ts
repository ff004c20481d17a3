import { affineOf, zoomsOf, type Affine } from './affine';
import { canonicalAffine, canonicalAxes, type CanonicalAxes } from './axes';
import { storedVoxels, type Voxels } from './data-type';
import type { NiftiHeader } from './header';

/** The geometry of a NIfTI file after its axes were permuted and flipped to RAS+. */
export interface NiftiGrid {
  /** Voxels to the right, to the front and up; volumes. */
  shape: [x: number, y: number, z: number, t: number];
  /** From indices to millimetres (or the file's own unit). */
  affine: Affine;
  /** Distances between voxels along x, y, z in mm. */
  spacing: [x: number, y: number, z: number];
  /** How the stored axes lie. */
  axes: CanonicalAxes;
}

/** The geometry that a header gives. Nothing is resampled: an oblique volume keeps its voxels. */
export function niftiGrid(header: NiftiHeader): NiftiGrid {
  const stored = affineOf(header);
  const axes = canonicalAxes(stored);
  const affine = canonicalAffine(stored, axes, header.dims);
  const { dims, toMillimetres } = header;
  return {
    shape: [dims[axes.order[0]], dims[axes.order[1]], dims[axes.order[2]], dims[3]],
    affine,
    spacing: zoomsOf(affine).map((zoom) => zoom * toMillimetres) as NiftiGrid['spacing'],
    axes,
  };
}

/** The voxels of a NIfTI file, by their RAS+ indices. */
export class NiftiVolume {
  readonly grid: NiftiGrid;
  private readonly voxels: Voxels;
  private readonly first: number;
  private readonly strides: readonly [number, number, number, number];

  /** @param bytes - exactly the voxels, as stored */
  constructor(
    readonly header: NiftiHeader,
    bytes: Uint8Array,
  ) {
    const { dims, type, little } = header;
    this.grid = niftiGrid(header);
    this.voxels = storedVoxels(bytes, type, little);
    const steps = [1, dims[0], dims[0] * dims[1]];
    const { order, sign } = this.grid.axes;
    this.first = order.reduce((sum, axis, i) => sum + (sign[i] < 0 ? (dims[axis] - 1) * steps[axis] : 0), 0);
    const [x, y, z] = order.map((axis, i) => steps[axis] * sign[i]);
    this.strides = [x, y, z, dims[0] * dims[1] * dims[2]];
  }

  /** The place of a voxel in the file's order, for {@link valueAt}. */
  place(x: number, y: number, z: number, t = 0): number {
    const [sx, sy, sz, st] = this.strides;
    return this.first + x * sx + y * sy + z * sz + t * st;
  }

  /** Slope times stored value plus intercept. */
  valueAt(place: number): number {
    return this.voxels[place] * this.header.slope + this.header.intercept;
  }

  /**
   * The values of all y, z and t at one x, float32, `[Y, Z, T]`, t fastest: a part of the whole
   * array in row-major order.
   */
  slab(x: number): Float32Array {
    const [, Y, Z, T] = this.grid.shape;
    const out = new Float32Array(Y * Z * T);
    let to = 0;
    for (let y = 0; y < Y; y++) for (let z = 0; z < Z; z++) for (let t = 0; t < T; t++) out[to++] = this.valueAt(this.place(x, y, z, t));
    return out;
  }

  /** Lowest and highest finite value of volume `t`; undefined if it has none. */
  range(t: number): [low: number, high: number] | undefined {
    const size = this.strides[3];
    let [low, high] = [Infinity, -Infinity];
    for (let i = t * size; i < (t + 1) * size; i++) {
      const v = this.voxels[i];
      if (v < low && v !== -Infinity) low = v;
      if (v > high && v !== Infinity) high = v;
    }
    if (low > high) return undefined;
    const { slope, intercept } = this.header;
    const ends = [low, high].map((v) => v * slope + intercept).sort((a, b) => a - b);
    return [ends[0], ends[1]];
  }
}
