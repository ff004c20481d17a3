import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { UserError } from '../../common/errors';
import { sliceView } from '../../image/nifti/slices';
import { niftiBytes, storedGrid, storedPlace, type StoredGrid } from '../../image/nifti/write';
import type { SliceGroup } from '../../datasets/slices';

const gzip = promisify<Buffer | Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip);

/** More voxels would take more than 1 GB as a map. */
const MOST_VOXELS = 2 ** 28;
/** Of a NIfTI-1 file. */
const LONGEST_SIDE = 32767;

/** What is known of the slices of a volume, or of a single image. */
export type SliceFacts = Pick<SliceGroup['facts'], 'grid' | 'cut' | 'spacing' | 'width' | 'height'>;

/**
 * A volume that is filled slice by slice: on the grid of the NIfTI file from which the slices were
 * cut, with its axes and its affine; for other images columns, rows and slices, of which only the
 * distances are known. Slices that were left out are 0.
 */
export class VolumeGrid<A extends Float32Array | Uint8Array> {
  private readonly grid: StoredGrid;
  private readonly voxels: A;
  private readonly place: (slice: number, row: number, column: number) => number;

  /** @param count - number of slices in all */
  constructor(name: string, { grid, cut, spacing, width, height }: SliceFacts, count: number, make: (length: number) => A) {
    if (width * height * count > MOST_VOXELS || Math.max(width, height, count) > LONGEST_SIDE)
      throw new UserError(
        `${name}: ${width} x ${height} x ${count} voxels are too many for a NIfTI file here; write npy or PNG files instead`,
      );
    if (grid && cut?.axis) {
      const { voxel } = sliceView(cut.axis, grid);
      const at = storedPlace(grid);
      this.grid = storedGrid(grid);
      this.place = (slice, row, column) => at(...voxel(slice, row, column));
    } else {
      const zooms: StoredGrid['zooms'] = [spacing?.column ?? 1, spacing?.row ?? 1, spacing?.slice ?? 1];
      this.grid = { dims: [width, height, count], affine: null, zooms };
      this.place = (slice, row, column) => (slice * height + row) * width + column;
    }
    this.voxels = make(this.grid.dims.reduce((product, side) => product * side, 1));
  }

  /** Puts a slice in its place. @param values - `[H, W]` of the slice, upright */
  set(slice: number, values: ArrayLike<number>, width: number): void {
    const first = this.place(slice, 0, 0);
    const [down, right] = [this.place(slice, 1, 0) - first, this.place(slice, 0, 1) - first];
    for (let i = 0; i < values.length; i++) this.voxels[first + Math.floor(i / width) * down + (i % width) * right] = values[i];
  }

  /** The bytes of a `.nii.gz` file. */
  bytes(): Promise<Buffer> {
    return gzip(niftiBytes(this.voxels, this.grid), { level: 4 });
  }
}
