import type { Raster, RgbImage } from '../image/image';
import { loadTestRgb, toTestRgb } from '../image/node/load';

/** Limit for the bytes of kept pixels: 3400 images of 224 x 224. */
const LIMIT = 512 * 2 ** 20;

/**
 * Images at the size at which a run sees them, kept after their first decoding. One call thus
 * decodes each file once: to check it, to compare it with training images and to score it. Images
 * beyond the limit are decoded again.
 */
export class KeptImages {
  private readonly images = new Map<string, RgbImage>();
  private bytes = 0;

  /** @param size - side of the images in pixels */
  constructor(
    private readonly size: number,
    private readonly limit = LIMIT,
  ) {}

  /** Keeps an image that was decoded elsewhere. */
  keep(file: string, raster: Raster): void {
    const bytes = 3 * this.size ** 2;
    if (this.images.has(file) || this.bytes + bytes > this.limit) return;
    this.images.set(file, toTestRgb(raster, this.size));
    this.bytes += bytes;
  }

  /** @throws UserError if it is not kept and cannot be read */
  async load(file: string): Promise<RgbImage> {
    return this.images.get(file) ?? loadTestRgb(file, this.size);
  }
}
