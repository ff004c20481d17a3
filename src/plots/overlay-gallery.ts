import { loadTestRgb } from '../image/node/load';
import { readImage } from '../image/node/decode';
import { resizeBilinear } from '../image/resize';
import type { Raster } from '../image/image';
import type { MapScale } from '../runs/map-scale';
import { heatLegend } from './heat-legend';
import { montage, type MontageOptions, type MontageRow, type Panel } from './montage';
import type { PngPicture } from './picture';
import { COLOURS, formatNumber } from '../drawing/style';

const SIZE = 224;

/** A predicted image on disk: the result of `predictImages` and its true class. */
export interface OverlaidImage {
  image: string;
  /** Null if the method has no maps. */
  overlay: string | null;
  score: number;
  label: 0 | 1;
  /** The colour scale of the overlay. */
  scale?: MapScale | null;
}

/**
 * Predicted images in rows of `perRow`, each with its overlay below. The score has the colour of
 * the true class.
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
        const image = overlay === null ? plain[k].image : await withoutBar(overlay, part[k].image);
        return { image, caption, captionColour: COLOURS[verdict(label)] };
      }),
    );
    rows.push({ panels: plain }, { panels: over });
  }
  const scores = images.map(({ score, label }) => `${formatNumber(score)} (${verdict(label)})`).join(', ');
  const scales = images.flatMap(({ scale }) => (scale ? [scale] : []));
  const legend = scales.length > 0 ? heatLegend(scales) : {};
  const alt = `${images.length} images, below each its anomaly map over it; scores: ${scores}`;
  return montage(rows, { alt, cell: 130, ...legend, ...rest });
}

/** An overlay without the colour bar below it, as large as the others. */
async function withoutBar(overlay: string, file: string): Promise<Raster> {
  const { height } = await readImage(file);
  const { width, channels, data } = await readImage(overlay);
  return resizeBilinear({ width, height, channels, data: data.subarray(0, width * height * channels) } as Raster, SIZE, SIZE);
}
