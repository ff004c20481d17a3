import sharp from 'sharp';
import { Random } from '../common/random';
import type { GrayImage } from '../image/image';
import { PHANTOM_NAMES } from '../phantoms/names';
import { renderPhantom, phantomKinds } from '../phantoms/phantom';

/** What the gallery shows. */
export interface GalleryOptions {
  /** Default 7. */
  seed?: number;
  /** Normal pictures per data set, default 3. */
  normal?: number;
  /** Abnormal pictures per data set, of each kind in turn, default 7. */
  abnormal?: number;
  /** Side of a picture in pixels, default 160. */
  size?: number;
}

const GAP = 4;
const OUTLINE = [255, 170, 60];

/**
 * An overview of the procedural data sets, two rows each: pictures, and below them the same
 * pictures with their masks outlined.
 * @returns a PNG
 */
export async function phantomGallery({ seed = 7, normal = 3, abnormal = 7, size = 160 }: GalleryOptions = {}): Promise<Buffer> {
  const tiles = PHANTOM_NAMES.flatMap((name, row) => {
    const kinds = phantomKinds(name);
    return Array.from({ length: normal + abnormal }, (_, column) => {
      const kind = column >= normal && kinds[(column - normal) % kinds.length];
      const { image, mask } = renderPhantom(name, Random.of(seed, 'gallery', name, column), { abnormal: kind, size });
      const left = GAP + column * (size + GAP);
      const top = GAP + 2 * row * (size + GAP);
      return [
        { input: coloured(image), left, top, raw: { width: size, height: size, channels: 3 as const } },
        { input: coloured(image, mask), left, top: top + size + GAP, raw: { width: size, height: size, channels: 3 as const } },
      ];
    });
  }).flat();
  const width = GAP + (normal + abnormal) * (size + GAP);
  const height = GAP + 2 * PHANTOM_NAMES.length * (size + GAP);
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite(tiles)
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}

function coloured({ data, width }: GrayImage, mask?: GrayImage): Buffer {
  const rgb = Buffer.alloc(3 * data.length);
  data.forEach((v, i) => {
    const border = mask && mask.data[i] !== 0 && [i - 1, i + 1, i - width, i + width].some((j) => mask.data[j] === 0);
    rgb.set(border ? OUTLINE : [v, v, v], 3 * i);
  });
  return rgb;
}
