import type { PngPicture } from './picture';

/**
 * A picture as a notebook keeps it: one pixel of the file per CSS pixel (two for drawings, whose letters are small) and at most
 * 256 colours, a third of the bytes or less. Notebooks lie in version control with their outputs; figures keep everything.
 */
export async function screenCopy(picture: PngPicture): Promise<PngPicture> {
  const sharp = (await import('sharp')).default;
  const width = picture.width * (picture.svg === undefined ? 1 : 2);
  const png = await sharp(picture.png)
    .resize({ width, withoutEnlargement: true, kernel: 'lanczos3' })
    .png({ palette: true, colours: 256, dither: 0.5, compressionLevel: 9 })
    .toBuffer();
  return { ...picture, png };
}
