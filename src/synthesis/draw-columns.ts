import { connectedComponents } from '../image/connected-components';
import type { DeepGrayImage } from '../image/image';
import type { Draw } from './tasks';

/** The measures of a draw, in their order. */
export const DRAW_COLUMNS = [
  'anomalies',
  'mask_fraction',
  'components',
  'com_y',
  'com_x',
  'box_h',
  'box_w',
  'd_in',
  'absd_in',
  'd_out',
  'absd_out',
  'changed_fraction',
  'changed_outside_mask',
  'soft_fraction',
  'patch_h',
  'patch_w',
  'patch_fill',
] as const;

/** One of {@link DRAW_COLUMNS}. */
export type DrawColumn = (typeof DRAW_COLUMNS)[number];

/**
 * Measures a draw. Of the mask (mask > 0): its share of the pixels, its number of 8-connected
 * components, its centre of mass as a share of the sides, and its bounding box in pixels. Of the
 * change: the mean signed and absolute change in grey levels inside and outside of the mask. Of the
 * pixels: the shares that are changed, that are changed where the mask is 0, and that have a mask
 * between 0 and 1. Of the first shape: its box and filled share. `null` means undefined, such as
 * the centre of an empty mask.
 */
export function drawColumns(original: DeepGrayImage, draw: Draw): Record<DrawColumn, number | null> {
  const { width, height } = original;
  const mask = draw.mask.data;
  let [inside, soft, changed, changedOutside] = [0, 0, 0, 0];
  let [sumIn, absIn, sumOut, absOut] = [0, 0, 0, 0];
  let [sumY, sumX, top, bottom, left, right] = [0, 0, height, -1, width, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const d = draw.image.data[i] - original.data[i];
      if (d !== 0) changed++;
      if (mask[i] > 0) {
        inside++;
        if (mask[i] < 1) soft++;
        sumIn += d;
        absIn += Math.abs(d);
        sumY += y;
        sumX += x;
        if (y < top) top = y;
        bottom = y;
        if (x < left) left = x;
        if (x > right) right = x;
      } else {
        if (d !== 0) changedOutside++;
        sumOut += d;
        absOut += Math.abs(d);
      }
    }
  }
  const pixels = width * height;
  const ifAny = (value: number): number | null => (inside > 0 ? value : null);
  const outside = Math.max(1, pixels - inside);
  return {
    anomalies: draw.anomalies,
    mask_fraction: inside / pixels,
    components: inside > 0 ? connectedComponents(mask, width, height, 8).count : 0,
    com_y: ifAny(sumY / inside / height),
    com_x: ifAny(sumX / inside / width),
    box_h: ifAny(bottom - top + 1),
    box_w: ifAny(right - left + 1),
    d_in: ifAny(sumIn / inside),
    absd_in: ifAny(absIn / inside),
    d_out: sumOut / outside,
    absd_out: absOut / outside,
    changed_fraction: changed / pixels,
    changed_outside_mask: changedOutside / pixels,
    soft_fraction: soft / pixels,
    patch_h: draw.patch.height,
    patch_w: draw.patch.width,
    patch_fill: draw.patch.fill,
  };
}
