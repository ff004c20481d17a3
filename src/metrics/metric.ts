import type { Ranking } from './ranking';

/** What people are told of a metric. */
interface About {
  title: string;
  /** What it says, in a few words. */
  meaning: string;
  lowerIsBetter?: boolean;
}

/** How well image scores tell abnormal from normal images. */
export interface ImageMetric extends About {
  level: 'image';
  /** `null` where it is undefined: one class only, or no images. */
  compute(ranking: Pick<Ranking, 'normal' | 'abnormal'>): number | null;
}

/** A metric of pixels while all distinct values of all maps pass by, from the highest to the lowest. */
export interface PixelSweep {
  /**
   * Takes the pixels that share the next lower value.
   * @param normal - how many of them are normal
   * @param abnormal - how many lie in a mask
   * @param coverage - the sum over these of 1 / size of their region: a region that is wholly covered has added 1
   */
  step(normal: number, abnormal: number, coverage: number): void;
  /** `null` where it is undefined: no mask marks a pixel, or all do. */
  value(): number | null;
}

/** How well maps find the anomalies, over all pixels of a test set. */
export interface PixelMetric extends About {
  level: 'pixel';
  /** @param of - how many pixels are normal, and how many regions there are */
  sweep(of: { normals: number; regions: number }): PixelSweep;
}

export type Metric = ImageMetric | PixelMetric;
