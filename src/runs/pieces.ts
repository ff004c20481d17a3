import { messageOf, UserError } from '../common/errors';
import { cut, type Placement } from '../image/geometry';
import type { Raster, RgbImage } from '../image/image';
import { NotRead } from '../image/limits';
import { decodeFile } from '../image/node/decode';
import { openImageFile } from '../image/node/image-file';
import { toPlacedRgb, toTestRgb } from '../image/node/load';
import { resizeBilinear } from '../image/resize';
import { isStretched, placementsOf, type View } from '../image/view';
import type { KeptImages } from './kept-images';

type Sides = Pick<Raster, 'width' | 'height'>;

/** Images by their index, from 0. */
export interface ImageSource {
  readonly count: number;
  /** Decodes an image, upright. */
  raster(image: number): Promise<Raster>;
  /** The size of an image, upright, without decoding it. */
  sides?(image: number): Sides | Promise<Sides>;
  /** The image as a view of one piece shows it, if it was kept. */
  kept?(image: number): RgbImage | undefined;
  /** Its name in errors. */
  name(image: number): string;
}

/** The images of files: each is decoded on request, or taken from the kept ones. */
export function filesOf(files: readonly string[], kept?: KeptImages): ImageSource {
  return {
    count: files.length,
    raster: async (image) => (await decodeFile(files[image])).raster,
    sides: (image) => kept?.sides(files[image]) ?? openImageFile(files[image]),
    kept: (image) => kept?.get(files[image]),
    name: (image) => files[image],
  };
}

/** Chooses among the pieces of an image, which counts from 0. */
export type ChoosePieces = (placements: readonly Placement[], image: number) => readonly Placement[];

/** A piece of an image. */
interface Piece {
  image: number;
  placement: Placement;
  /** True for the last one of the image. */
  last: boolean;
}

/**
 * Images as a run shows them to its encoder: each as one square, or in tiles. The pieces of all
 * images are numbered from 0, in the order of the images.
 */
export class Pieces {
  /** The images whose tiles are being asked for: each is decoded once for all of them. */
  private readonly decoded = new Map<number, Promise<Raster>>();

  /** @param pieces - null if each image is stretched to one square */
  private constructor(
    private readonly source: ImageSource,
    readonly view: View,
    private readonly pieces: readonly Piece[] | null,
  ) {}

  /**
   * Plans the pieces of images. If images are not just stretched, their sizes have to be known: a
   * source that does not know them decodes the images.
   * @throws UserError if an image cannot be read, or is too large for its tiles
   */
  static async of(source: ImageSource, view: View, choose: ChoosePieces = (all) => all): Promise<Pieces> {
    if (isStretched(view)) return new Pieces(source, view, null);
    const pieces: Piece[] = [];
    for (let image = 0; image < source.count; image++) {
      const { width, height } = source.sides ? await source.sides(image) : await source.raster(image);
      const own = choose(placedIn(source.name(image), width, height, view), image);
      own.forEach((placement, i) => pieces.push({ image, placement, last: i === own.length - 1 }));
    }
    return new Pieces(source, view, pieces);
  }

  /** Number of images. */
  get images(): number {
    return this.source.count;
  }

  /** Number of pieces. */
  get count(): number {
    return this.pieces?.length ?? this.source.count;
  }

  /** Number of images that are complete with so many pieces. */
  imagesIn(pieces: number): number {
    if (!this.pieces || pieces === 0) return pieces;
    const { image, last } = this.pieces[pieces - 1];
    return last ? image + 1 : image;
  }

  /** A piece; undefined if each image is one square without border, so that a piece is an image. */
  at(piece: number): Piece | undefined {
    return this.pieces?.[piece];
  }

  /**
   * The square of a piece, `[S, S]`.
   * @param pictures - gets the picture of an image when its last piece is made: all that is seen of
   * it, `[S, S]`, as its anomaly map shows it; it gets none if pieces are images
   */
  async load(index: number, pictures?: Map<number, RgbImage>): Promise<RgbImage> {
    const { source, view, pieces } = this;
    if (!pieces) return source.kept?.(index) ?? toTestRgb(await source.raster(index), view.size);
    const { image, placement, last } = pieces[index];
    if (!view.tiles) {
      const square = source.kept?.(image) ?? toPlacedRgb(await source.raster(image), placement);
      pictures?.set(image, resizeBilinear(cut(square, placement.filled), view.size, view.size));
      return square;
    }
    const raster = this.decoded.get(image) ?? source.raster(image);
    if (last) this.decoded.delete(image);
    else this.decoded.set(image, raster);
    if (last) pictures?.set(image, toTestRgb(await raster, view.size));
    return toPlacedRgb(await raster, placement);
  }
}

/**
 * The pieces of an image.
 * @throws UserError if it is too large for its tiles
 */
export function placedIn(name: string, width: number, height: number, view: View): Placement[] {
  try {
    return placementsOf(width, height, view);
  } catch (error) {
    throw error instanceof NotRead ? new UserError(`${name}: ${messageOf(error)}`) : error;
  }
}
