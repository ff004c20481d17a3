import type { Ranking } from './ranking';

/** The description of a metric. */
interface Description {
  title: string;
  /** What it means, in a few words. */
  meaning: string;
  lowerIsBetter?: boolean;
}

/** A metric of how well image scores separate abnormal from normal images. */
export interface ImageMetric extends Description {
  level: 'image';
  /** Returns `null` if the metric is undefined because there are not both classes. */
  compute(ranking: Pick<Ranking, 'normal' | 'abnormal'>): number | null;
}

/**
 * Accumulates a pixel metric over the distinct values of all maps, from the highest to the lowest.
 */
export interface PixelSweep {
  /**
   * Adds the pixels that have the next lower value.
   * @param normal - number of normal pixels among them
   * @param abnormal - number of pixels in a mask among them
   * @param coverage - sum over the pixels in a mask of 1 / size of their region, so that a fully
   *   covered region has added 1
   */
  step(normal: number, abnormal: number, coverage: number): void;
  /** Returns `null` if the metric is undefined because no pixel is abnormal or all are. */
  value(): number | null;
}

/** Total numbers of normal pixels, of abnormal pixels and of regions. */
export interface PixelTotals {
  normals: number;
  abnormals: number;
  regions: number;
}

/** A metric of how well maps find the anomalies, over all pixels of a test set. */
export interface PixelMetric extends Description {
  level: 'pixel';
  sweep(totals: PixelTotals): PixelSweep;
}

export type Metric = ImageMetric | PixelMetric;
