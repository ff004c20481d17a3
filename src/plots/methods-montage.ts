import type { Raster } from '../image/image';
import { montage, type MontageOptions, type Panel } from './montage';
import type { MapScale } from '../runs/map-scale';
import { heatLegend } from './heat-legend';
import { heatOverlay, rangeOf } from '../drawing/overlay';
import type { PngPicture } from './picture';
import { COLOURS, formatNumber } from '../drawing/style';

/** What one method says of the images of a {@link methodsMontage}, in their order. */
export interface MethodMaps {
  name: string;
  /** `[H, W]` each. */
  maps: readonly ArrayLike<number>[];
  /** The colours of its run, since methods differ in scale; left out, the lowest to the highest value of its maps. */
  scale?: MapScale;
  scores: readonly number[];
}

/** A test image with its mask. */
export interface MethodsImage {
  image: Raster;
  /** `[H, W]` of the image; null where it is not known. */
  mask: ArrayLike<number> | null;
  label: 0 | 1;
  name?: string;
}

/**
 * A row an image: the image, the image with the outline of its mask, and the map of each method over it. The colours of each method
 * are those of its run, since methods have different scales.
 * @throws RangeError where a method has not as many maps and scores as there are images
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
      { image, caption: verdict, captionColour: COLOURS[verdict] },
      { image, contour, caption: contour ? undefined : label === 1 ? 'not known' : 'nothing' },
      ...methods.map(({ maps, scores }, m) => ({
        image: heatOverlay(image, maps[i], { range: ranges[m] }),
        contour,
        caption: `score ${formatNumber(scores[i])}`,
      })),
    ];
    return { label: name, panels };
  });
  const names = methods.map(({ name }) => name);
  const alt = `${images.length} test images, each with its mask and the anomaly maps of ${names.join(', ')}`;
  const scales = methods.flatMap(({ scale }) => (scale ? [scale] : []));
  const legend = scales.length > 0 && scales.length === methods.length ? heatLegend(scales) : {};
  return montage(rows, { alt, columns: ['image', 'mask', ...names], cell: 120, ...legend, ...options });
}
