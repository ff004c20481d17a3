/**
 * Images with more pixels are refused: a header of a few bytes can claim any size, and decoding
 * takes up to 6 bytes of memory per pixel.
 */
export const MAX_PIXELS = 100_000_000;
/** Files with more bytes are refused. */
export const MAX_FILE_BYTES = 1 << 29;

/** An image that is intact but not supported; the message gives the full reason. */
export class NotRead extends Error {}

/** @throws NotRead if an image has no pixels, or more than the limit */
export function checkSize(width: number, height: number): void {
  if (!(width >= 1 && height >= 1)) throw new NotRead(`${width} x ${height} pixels: not an image`);
  if (width * height > MAX_PIXELS) {
    throw new NotRead(
      `${width} x ${height} pixels; at most ${MAX_PIXELS / 1e6} megapixels are supported: scale the image down, or crop it`,
    );
  }
}
