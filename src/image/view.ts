import { middle, placementOf, type Fit, type Placement } from './geometry';
import { NotRead } from './limits';

/** Tiles of large images. Both in pixels of the image. */
export interface Tiles {
  /** Side of a tile, which becomes the S x S of the encoder. */
  size: number;
  /** The least overlap of neighbours. */
  overlap: number;
}

/** How images are shown to an encoder, in training and testing alike. */
export interface View {
  /** Side of the encoder's images, S. */
  size: number;
  fit: Fit;
  /** Null: each image is shown once, as a whole. */
  tiles: Tiles | null;
}

/** The most tiles along a side: with more, single patches could fall between the pixels of a stitched map. */
export const MOST_TILES = 64;

/** The view that was always used: each image as a whole, stretched. */
export function stretched(size: number): View {
  return { size, fit: 'stretch', tiles: null };
}

/** True if every image is one square without border that needs no knowledge of its size. */
export function isStretched({ fit, tiles }: View): boolean {
  return fit === 'stretch' && tiles === null;
}

/**
 * What an encoder is shown of an image: the whole once, or its tiles, row by row.
 * @throws NotRead if there are more than {@link MOST_TILES} tiles along a side
 */
export function placementsOf(width: number, height: number, { size, fit, tiles }: View): Placement[] {
  if (!tiles) return [placementOf(width, height, size, fit)];
  const [columns, rows] = [width, height].map((side) => startsOf(side, tiles));
  if (Math.max(columns.length, rows.length) > MOST_TILES) {
    throw new NotRead(
      `${width} x ${height} pixels are ${columns.length} x ${rows.length} tiles of ${tiles.size}; at most ${MOST_TILES} along a side are supported: set larger tiles`,
    );
  }
  // an image smaller than a tile has the same scale, with a border around it
  const [across, down] = [width, height].map((side) => Math.min(side, tiles.size));
  const [wide, high] = [across, down].map((side) => Math.max(1, Math.round((side * size) / tiles.size)));
  const filled = middle({ x: 0, y: 0, width: size, height: size }, wide, high);
  return rows.flatMap((y) => columns.map((x) => ({ width, height, size, seen: { x, y, width: across, height: down }, filled })));
}

/**
 * The first pixels of the fewest tiles that cover a side with at least the overlap, evenly spread
 * from end to end.
 */
function startsOf(side: number, { size, overlap }: Tiles): number[] {
  if (side <= size) return [0];
  const steps = Math.ceil((side - size) / (size - overlap));
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((i * (side - size)) / steps));
}
