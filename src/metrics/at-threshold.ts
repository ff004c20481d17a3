import { connectedComponents } from '../image/connected-components';
import { proportion, type Proportion } from './wilson';

/** How a fixed threshold classifies images: those that score above it are reported. */
export interface ImagesAtThreshold {
  /** The share of abnormal images that are reported. */
  sensitivity: Proportion;
  /** The share of normal images that are not. */
  specificity: Proportion;
  /**
   * The share of reported images that are abnormal (positive predictive value). It depends on how
   * many of the images are abnormal, and so holds for sets like this one.
   */
  ppv: Proportion;
  /** The share of normal images that are reported. */
  falseAlarms: Proportion;
}

/** @param labels - 0 normal, 1 abnormal */
export function imagesAtThreshold(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): ImagesAtThreshold {
  const count = { normal: 0, abnormal: 0, alarms: 0, found: 0 };
  for (let i = 0; i < scores.length; i++) {
    const above = scores[i] > threshold ? 1 : 0;
    if (labels[i] === 1) [count.abnormal, count.found] = [count.abnormal + 1, count.found + above];
    else [count.normal, count.alarms] = [count.normal + 1, count.alarms + above];
  }
  const { normal, abnormal, alarms, found } = count;
  return {
    sensitivity: proportion(found, abnormal),
    specificity: proportion(normal - alarms, normal),
    ppv: proportion(found, found + alarms),
    falseAlarms: proportion(alarms, normal),
  };
}

/** How a fixed threshold marks pixels: those whose value is above it. */
export interface PixelsAtThreshold {
  /** 2 TP / (2 TP + FP + FN) over the pixels of all images; null if nothing is abnormal or marked. */
  dice: number | null;
  /** The share of the true regions (sides or corners touch) in which at least one pixel is marked. */
  regionSensitivity: Proportion;
  /** The share of normal images in which at least one pixel is marked. */
  falseAlarms: Proportion;
}

/**
 * @param maps - `[N, H, W]`
 * @param masks - `[N, H, W]`, 0 normal, else abnormal; an image without abnormal pixels is normal
 */
export function pixelsAtThreshold(
  { maps, masks, n, h, w }: { maps: Float32Array; masks: Uint8Array; n: number; h: number; w: number },
  labels: ArrayLike<number>,
  threshold: number,
): PixelsAtThreshold {
  let [both, marked, abnormal] = [0, 0, 0];
  const regions = { found: 0, all: 0 };
  const normals = { alarms: 0, all: 0 };
  for (let i = 0; i < n; i++) {
    const map = maps.subarray(i * h * w, (i + 1) * h * w);
    const { labels: region, count } = connectedComponents(masks.subarray(i * h * w, (i + 1) * h * w), w, h, 8);
    const found = new Set<number>();
    let any = false;
    for (let p = 0; p < map.length; p++) {
      const above = map[p] > threshold;
      if (above) marked++;
      any ||= above;
      if (region[p] === 0) continue;
      abnormal++;
      if (above) both++;
      if (above) found.add(region[p]);
    }
    regions.found += found.size;
    regions.all += count;
    if (labels[i] === 0) [normals.all, normals.alarms] = [normals.all + 1, normals.alarms + (any ? 1 : 0)];
  }
  return {
    dice: marked + abnormal > 0 ? (2 * both) / (marked + abnormal) : null,
    regionSensitivity: proportion(regions.found, regions.all),
    falseAlarms: proportion(normals.alarms, normals.all),
  };
}
