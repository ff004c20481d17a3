import { fingerprintsOf, keysOf } from '../datasets/fingerprints';
import type { Sample } from '../datasets/layout';
import { imagesAtThreshold, pixelsAtThreshold, type ImagesAtThreshold, type PixelsAtThreshold } from '../metrics/at-threshold';
import type { Calibration } from './calibration';
import type { Predictions } from './score';

/** What the thresholds of a calibrated run do on a test set: `atThreshold` in `metrics.json`. */
export interface AtThreshold {
  /** The accepted rate of false alarms. */
  falseAlarms: number;
  /** The threshold of image scores, and what it does. */
  threshold: number;
  images: ImagesAtThreshold;
  /**
   * Whether the rate of false alarms agrees with the accepted one: false if even the lower end of
   * its 95 % interval is above it. Null if there are no normal images, or some of them set the
   * threshold.
   */
  holds: boolean | null;
  /**
   * The number of normal test images that set the threshold, in the same file or with the same pixels
   * in another: they say nothing new.
   */
  calibrationImages: number;
  /** The threshold of pixels, and what it does; null without maps or masks. */
  pixelThreshold: number | null;
  pixels: PixelsAtThreshold | null;
}

/**
 * Applies the thresholds of a run to predictions of a test set.
 * @param masks - `[N, S, S]`; null if not all are known
 */
export async function atThreshold(
  { scores, maps }: Predictions,
  samples: readonly Sample[],
  masks: Uint8Array | null,
  size: number,
  calibration: Calibration,
): Promise<AtThreshold> {
  const labels = samples.map(({ label }) => label);
  const { threshold } = calibration.image;
  const images = imagesAtThreshold(scores, labels, threshold);
  const calibrationImages = await countKnown(samples, calibration);
  const { interval } = images.falseAlarms;
  const pixel = calibration.pixel;
  return {
    falseAlarms: calibration.falseAlarms,
    threshold,
    images,
    holds: interval && calibrationImages === 0 ? interval[0] <= calibration.falseAlarms : null,
    calibrationImages,
    pixelThreshold: pixel && pixel.threshold,
    pixels:
      pixel && maps && masks ? pixelsAtThreshold({ maps, masks, n: samples.length, h: size, w: size }, labels, pixel.threshold) : null,
  };
}

/** The number of normal images that a calibration used, in the same file or in another one. */
async function countKnown(samples: readonly Sample[], { files, pixels = [] }: Calibration): Promise<number> {
  const known = new Set([...files, ...pixels]);
  const normal = samples.filter(({ label }) => label === 0);
  const prints = await fingerprintsOf(normal, { phase: 'comparing test and calibration images' });
  return prints.filter((print) => keysOf(print).some((key) => known.has(key))).length;
}
