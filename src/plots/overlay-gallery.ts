import { loadTestRgb } from '../image/load';
import { readImage } from '../image/decode';
import { montage, type MontageOptions, type MontageRow, type Panel } from './montage';
import type { PngPicture } from './picture';
import { COLOURS, formatNumber } from './style';

const SIZE = 224;

/** A predicted image on disk: what `predictImages` says of it, and its class. */
export interface OverlaidImage {
  image: string;
  /** Null where the method has no maps. */
  overlay: string | null;
  score: number;
  label: 0 | 1;
}

/**
 * Predicted images in rows of `perRow`, each with its overlay below and its score in the colour of its true class.
 * @param options.perRow - default 6
 */
export async function overlayGallery(
  images: readonly OverlaidImage[],
  options: Partial<MontageOptions> & { perRow?: number } = {},
): Promise<PngPicture> {
  const { perRow = 6, ...rest } = options;
  const verdict = (label: 0 | 1): 'normal' | 'abnormal' => (label === 1 ? 'abnormal' : 'normal');
  const rows: MontageRow[] = [];
  for (let i = 0; i < images.length; i += perRow) {
    const part = images.slice(i, i + perRow);
    const plain = await Promise.all(part.map(async ({ image }): Promise<Panel> => ({ image: await loadTestRgb(image, SIZE) })));
    const over = await Promise.all(
      part.map(async ({ overlay, score, label }, k): Promise<Panel> => {
        const caption = `${verdict(label)} ${formatNumber(score)}`;
        return { image: overlay === null ? plain[k].image : await readImage(overlay), caption, captionColour: COLOURS[verdict(label)] };
      }),
    );
    rows.push({ panels: plain }, { panels: over });
  }
  const scores = images.map(({ score, label }) => `${formatNumber(score)} (${verdict(label)})`).join(', ');
  return montage(rows, { alt: `${images.length} images, below each its anomaly map over it; scores: ${scores}`, cell: 130, ...rest });
}
