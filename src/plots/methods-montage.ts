import type { Raster } from '../image/image';
import { montage, type MontageOptions, type Panel } from './montage';
import type { MapScale } from '../runs/map-scale';
import { heatLegend } from './heat-legend';
import { heatOverlay, rangeOf } from '../drawing/overlay';
import type { PngPicture } from './picture';
import { methodStyles } from './series-style';
import { COLOURS, formatNumber } from '../drawing/style';

/** The maps and scores of one method, in the order of the images of a {@link methodsMontage}. */
export interface MethodMaps {
  name: string;
  /** `[H, W]` each. */
  maps: readonly ArrayLike<number>[];
  /**
   * The colour scale of its run, since methods differ in scale. Default: the lowest to the highest
   * value of its maps.
   */
  scale?: MapScale;
  scores: readonly number[];
  /** Lines below its name, such as its metrics. */
  notes?: readonly string[];
}

/** A test image with its mask. */
export interface MethodsImage {
  image: Raster;
  /** `[H, W]` of the image; null if unknown. */
  mask: ArrayLike<number> | null;
  label: 0 | 1;
  name?: string;
}

/**
 * One row per image: the image with the outline of its mask, and the map of each method over it. Each
 * method has the colours of its run, since methods differ in scale, and the line that it has in
 * charts. Text can be read at half the size.
 * @throws RangeError if the number of a method's maps or scores differs from the number of images
 */
export function methodsMontage(
  images: readonly MethodsImage[],
  methods: readonly MethodMaps[],
  options: Partial<MontageOptions> = {},
): Promise<PngPicture> {
  for (const { name, maps, scores } of methods) {
    if (maps.length !== images.length || scores.length !== images.length) {
      throw new RangeError(`${name}: ${maps.length} maps and ${scores.length} scores for ${images.length} images`);
    }
  }
  const ranges = methods.map(({ maps, scale }) => (scale ? ([scale.low, scale.high] as const) : rangeOf(maps)));
  const rows = images.map(({ image, mask, label, name }, i) => {
    const verdict = label === 1 ? 'abnormal' : 'normal';
    const contour = mask ?? undefined;
    const panels: Panel[] = [
      { image, contour, caption: name ?? verdict, captionColour: COLOURS[verdict] },
      ...methods.map(({ maps, scores }, m) => ({
        image: heatOverlay(image, maps[i], { range: ranges[m] }),
        contour,
        caption: `score ${scoreText(scores[i])}`,
      })),
    ];
    return { panels };
  });
  const names = methods.map(({ name }) => name);
  const styles = methodStyles(names);
  const heads = methods.map(({ name, notes }) => ({ name, notes, line: styles[name] }));
  const alt = `${images.length} test images, each with its mask and the anomaly maps of ${names.join(', ')}`;
  const scales = methods.flatMap(({ scale }) => (scale ? [scale] : []));
  const legend = scales.length > 0 && scales.length === methods.length ? heatLegend(scales) : {};
  return montage(rows, { alt, columns: [{ name: 'image' }, ...heads], cell: 150, text: 16, ...legend, ...options });
}

/** Three digits are enough to compare scores, of which some are distances of several hundred. */
function scoreText(score: number): string {
  return Number.isFinite(score) ? String(Number(score.toPrecision(3))).replace('-', '\u2212') : formatNumber(score);
}
