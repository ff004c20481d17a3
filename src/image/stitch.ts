import { sampleAt, type Placement, type Sample } from './geometry';

/** Working pixels along the side of a stitched map, for each of its own. */
const FINER = 4;

/** The share of a map's pixel in another grid along one axis: what is sampled, and with what weight. */
interface Line {
  /** First pixel of the grid. */
  first: number;
  taken: (Sample & { weight: number })[];
}

/**
 * Puts the maps of the pieces of an image together: one map `[S, S]` over all that is seen of it,
 * without borders. Tiles are blended: the weight of a tile falls in a straight line towards its
 * edges, over the overlap, so that there are no seams.
 *
 * The memory does not depend on the size of the image: tiles are added up on 4 S x 4 S pixels, which
 * cover the image, and the highest of each 4 x 4 counts, so that a small finding is not averaged
 * away.
 */
export class Stitcher {
  private readonly side: number;
  private readonly sums: Float32Array;
  private readonly weights: Float32Array;

  /**
   * @param size - side of the maps, S
   * @param overlap - of tiles, in pixels of the image; undefined for an image that is one piece
   */
  constructor(
    private readonly size: number,
    private readonly overlap?: number,
  ) {
    this.side = overlap === undefined ? size : FINER * size;
    this.sums = new Float32Array(this.side ** 2);
    this.weights = new Float32Array(this.side ** 2);
  }

  /** Adds the map of a piece, `[S, S]`. */
  add(map: Float32Array, { width, height, seen, filled }: Placement): void {
    const whole = this.overlap === undefined ? seen : { x: 0, y: 0, width, height };
    const columns = this.line(seen.x - whole.x, seen.width, whole.width, filled.x, filled.width);
    const rows = this.line(seen.y - whole.y, seen.height, whole.height, filled.y, filled.height);
    const { side, size, sums, weights } = this;
    rows.taken.forEach((row, y) => {
      let at = (rows.first + y) * side + columns.first;
      const [upper, lower] = [row.low * size, row.high * size];
      for (const column of columns.taken) {
        const a = map[upper + column.low] + (map[upper + column.high] - map[upper + column.low]) * column.share;
        const b = map[lower + column.low] + (map[lower + column.high] - map[lower + column.low]) * column.share;
        const weight = row.weight * column.weight;
        sums[at] += weight * (a + (b - a) * row.share);
        weights[at++] += weight;
      }
    });
  }

  /** The pixels of the working grid whose centres lie in a piece, and where these are in its map. */
  private line(start: number, length: number, whole: number, from: number, count: number): Line {
    const { side, overlap = 0 } = this;
    const first = Math.ceil((start * side) / whole - 0.5);
    const end = Math.ceil(((start + length) * side) / whole - 0.5);
    const taken = Array.from({ length: end - first }, (_, i) => {
      const position = ((first + i + 0.5) * whole) / side - start; // in pixels of the image, from the edge of the piece
      const { low, high, share } = sampleAt((position * count) / length - 0.5, count);
      const inside = Math.min(position, length - position);
      const weight = overlap > 0 ? Math.min(1, Math.max(inside, 1e-3) / overlap) : 1;
      return { low: from + low, high: from + high, share, weight };
    });
    return { first, taken };
  }

  /** The map of the image, `[S, S]`. */
  map(): Float32Array {
    const { side, size, sums, weights } = this;
    const step = side / size;
    const out = new Float32Array(size * size).fill(-Infinity);
    for (let y = 0, i = 0; y < side; y++) {
      const row = Math.floor(y / step) * size;
      for (let x = 0; x < side; x++, i++) {
        const at = row + Math.floor(x / step);
        const value = sums[i] / weights[i];
        if (!(value <= out[at])) out[at] = value; // a value that is not a number stays one
      }
    }
    return out;
  }
}
