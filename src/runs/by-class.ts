import { groupByKey } from '../common/group';
import type { Sample } from '../datasets/layout';
import type { Fit } from '../image/geometry';
import { imageMetrics, pixelMetrics, undefinedPixelMetrics, type ImageMetrics, type PixelMetrics } from '../metrics/metrics';
import { predictionsAt, type Predictions } from './score';
import { loadTestMasks } from './test-masks';

/** The metrics of one class of a test set, without intervals; undefined ones are null. */
export interface ClassMetrics extends ImageMetrics, PixelMetrics {
  clsname: string;
  images: number;
  normal: number;
  abnormal: number;
}

/**
 * The metrics of each class of a test set, in the order in which the classes first occur; undefined
 * if all images are of one class.
 * @param size - side of the maps in pixels
 * @param protocol - decides which pixels of a JPEG mask count
 * @param fit - what of the images is seen
 */
export async function metricsByClass(
  predictions: Predictions,
  samples: readonly Sample[],
  size: number,
  protocol: 'fixed' | 'paper',
  fit: Fit,
): Promise<ClassMetrics[] | undefined> {
  const classes = groupByKey(samples.keys(), (i) => samples[i].clsname);
  if (classes.size < 2) return undefined;
  const found: ClassMetrics[] = [];
  for (const [clsname, places] of classes) {
    const own = places.map((i) => samples[i]);
    const { scores, maps } = predictionsAt(predictions, places);
    const labels = own.map(({ label }) => label);
    const masks = maps && (await loadTestMasks(own, size, protocol, fit)).masks;
    const abnormal = labels.filter((label) => label === 1).length;
    found.push({
      clsname,
      images: own.length,
      normal: own.length - abnormal,
      abnormal,
      ...imageMetrics(scores, labels),
      ...(maps && masks ? pixelMetrics(maps, masks, own.length, size, size) : undefinedPixelMetrics()),
    });
  }
  return found;
}
