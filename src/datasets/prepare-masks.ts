import { UserError } from '../common/errors';
import { decodeImage, readImageBytes, type DecodedImage } from '../image/node/decode';
import type { FrameReader } from '../image/node/frame-reader';
import type { NiftiGrid } from '../image/nifti/volume';
import type { RawImage } from './raw';

/** How far apart the corners of two grids may be, in voxels. */
const APART = 0.1;

/**
 * Reads the mask of an image: a file of one image, or, for a slice of a volume or stack, the same
 * slice of a mask with as many slices. NIfTI masks of NIfTI images must lie on the same grid.
 * @throws UserError if the mask cannot be read, or lies elsewhere
 */
export async function readMaskOf({ file: imageFile, slice, reading }: RawImage, file: string, reader: FrameReader): Promise<DecodedImage> {
  if (!slice) return decodeImage(readImageBytes(file), file, 'mask');
  const mask = await reader.open(file, { as: 'mask', axis: reading?.axis });
  if (mask.format === 'dicom')
    throw new UserError(`${file}: a mask in DICOM, such as a segmentation object, is not read; convert it to NIfTI or PNG`);
  if (mask.cut && mask.cut.volumes > 1) throw new UserError(`${file}: a mask with ${mask.cut.volumes} volumes; give one`);
  if (mask.frames !== slice.frames) throw new UserError(`${file}: a mask of ${slices(mask.frames)} for ${slices(slice.frames)}`);
  const { grid } = await reader.open(imageFile, reading);
  if ((grid === undefined) !== (mask.grid === undefined))
    throw new UserError(`${file}: a ${mask.title} mask of an image of another kind, whose slices may lie otherwise; give both as NIfTI`);
  if (grid && mask.grid && !sameGrid(grid, mask.grid))
    throw new UserError(`${file}: the mask lies on another grid than its image (shape or affine); resample it to the grid of the image`);
  return mask.frame(slice.frame);
}

function slices(count: number): string {
  return count === 1 ? 'one image' : `${count} slices`;
}

/** Whether voxels of the same indices lie at the same places. */
function sameGrid(a: NiftiGrid, b: NiftiGrid): boolean {
  const [X, Y, Z] = a.shape;
  if (X !== b.shape[0] || Y !== b.shape[1] || Z !== b.shape[2]) return false;
  const smallest = Math.min(...[0, 1, 2].map((c) => Math.hypot(...a.affine.map((row) => row[c]))));
  return [0, 1, 2, 3, 4, 5, 6, 7].every((corner) => {
    const at = [corner & 1 ? X - 1 : 0, corner & 2 ? Y - 1 : 0, corner & 4 ? Z - 1 : 0, 1];
    const apart = a.affine.map((row, r) => at.reduce((sum, v, c) => sum + v * (row[c] - b.affine[r][c]), 0));
    return Math.hypot(...apart) <= APART * smallest;
  });
}
