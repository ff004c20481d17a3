import type { Raster } from '../../src/image/image';
import { stretched, type View } from '../../src/image/view';
import { filesOf, Pieces } from '../../src/runs/pieces';

/** Images in memory as a run sees them. */
export function piecesOf(count: number, raster: (image: number) => Raster, view: View): Promise<Pieces> {
  return Pieces.of({ count, raster: async (image) => raster(image), name: (image) => `image ${image}` }, view);
}

/** Files as a run sees them, stretched to S x S. */
export function filePieces(files: readonly string[], size: number): Promise<Pieces> {
  return Pieces.of(filesOf(files), stretched(size));
}
