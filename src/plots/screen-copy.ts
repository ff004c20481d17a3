import type { PngPicture } from './picture';

/**
 * A PNG with at most 256 colours, about half the bytes; scaled down to `width` pixels where that is
 * less.
 */
export async function smallPng(png: Buffer, width?: number): Promise<Buffer> {
  const sharp = (await import('sharp')).default;
  return sharp(png)
    .resize({ width, withoutEnlargement: true, kernel: 'lanczos3' })
    .png({ palette: true, colours: 256, dither: 0.5, compressionLevel: 9 })
    .toBuffer();
}

/**
 * A picture as a notebook keeps it: one pixel of the file per CSS pixel (two for drawings, whose
 * letters are small) and at most 256 colours, since notebooks are under version control with their
 * outputs. Figures keep all pixels.
 */
export async function screenCopy(picture: PngPicture): Promise<PngPicture> {
  return { ...picture, png: await smallPng(picture.png, picture.width * (picture.svg === undefined ? 1 : 2)) };
}
