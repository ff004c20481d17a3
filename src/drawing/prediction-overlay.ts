import type { Raster, RgbImage } from '../image/image';
import { drawContour, heatOverlay } from './overlay';
import { withColourBar, type BarScale } from './overlay-bar';

/** What is drawn over an image. Map and mask are `[H, W]` of the image. */
export interface PredictionOverlay {
  map: Float32Array;
  scale: BarScale;
  /** Its outline is drawn. */
  mask?: Uint8Array | null;
  /** A line of text below the colour bar: the score and where it stands. */
  line?: string;
}

/**
 * An image at its own size with its anomaly map in the heat colours of a scale, the outline of its
 * mask, and a colour bar with a line of text below.
 */
export function predictionOverlay(image: Raster, { map, scale, mask, line }: PredictionOverlay): Promise<RgbImage> {
  const heated = heatOverlay(image, map, { range: [scale.low, scale.high] });
  const thickness = Math.max(1, Math.round(Math.min(image.width, image.height) / 300));
  const outlined = mask?.some((value) => value > 0) ? drawContour(heated, mask, { thickness }) : heated;
  return withColourBar(outlined, scale, line);
}
