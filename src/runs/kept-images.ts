import type { Raster, RgbImage } from '../image/image';
import { placementOf } from '../image/geometry';
import { toPlacedRgb, toTestRgb } from '../image/node/load';
import type { View } from '../image/view';

/** Limit for the bytes of kept pixels: 3400 images of 224 x 224. */
const LIMIT = 512 * 2 ** 20;

/**
 * Images as a run sees them, kept after their first decoding. One call thus decodes each file once:
 * to check it, to compare it with training images and to score it. Images beyond the limit are
 * decoded again, and so are those that are seen in tiles; only their sizes are kept.
 */
export class KeptImages {
  private readonly images = new Map<string, RgbImage>();
  private readonly sizes = new Map<string, Pick<Raster, 'width' | 'height'>>();
  private bytes = 0;

  constructor(
    private readonly view: View,
    private readonly limit = LIMIT,
  ) {}

  /** Keeps an image that was decoded elsewhere. */
  keep(file: string, raster: Raster): void {
    const { width, height } = raster;
    const { size, fit, tiles } = this.view;
    const bytes = 3 * size ** 2;
    this.sizes.set(file, { width, height });
    if (tiles || this.images.has(file) || this.bytes + bytes > this.limit) return;
    this.images.set(file, fit === 'stretch' ? toTestRgb(raster, size) : toPlacedRgb(raster, placementOf(width, height, size, fit)));
    this.bytes += bytes;
  }

  /** These images for a run with this view; undefined if it sees them otherwise. */
  seenBy({ size, fit, tiles }: View): KeptImages | undefined {
    const own = this.view;
    const sameTiles = own.tiles?.size === tiles?.size && own.tiles?.overlap === tiles?.overlap;
    return own.size === size && own.fit === fit && sameTiles ? this : undefined;
  }

  /** The image, if it is kept. */
  get(file: string): RgbImage | undefined {
    return this.images.get(file);
  }

  /** The size of an image that was decoded. */
  sides(file: string): Pick<Raster, 'width' | 'height'> | undefined {
    return this.sizes.get(file);
  }
}
