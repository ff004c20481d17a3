import type { Raster } from '../image/image';
import type { MapScale } from '../runs/map-scale';
import { HEAT_TABLE, heatImage, rangeOf } from '../drawing/overlay';
import { heatLegend, scaleNote } from './heat-legend';
import { montage, type MontageOptions, type MontageRow } from './montage';
import type { PngPicture } from './picture';

/** An image and its maps at several moments. */
export interface FilmStrip {
  image: Raster;
  /** `[H, W]` of the image: the true anomaly, outlined on the image and on maps of its size. */
  mask?: ArrayLike<number> | null;
  /** At the left. */
  label?: string;
  /** One square map per moment. */
  frames: readonly ArrayLike<number>[];
  /** One line of text below each map. */
  captions?: readonly string[];
}

/**
 * Maps as they change: one row per image, one column per moment, all in one colour scale, so that a
 * brighter map has higher values.
 * @param moments - titles of the columns, such as `epoch 1`
 * @param options.colours - the colour scale of a run's anomaly maps
 * @param options.range - values at the ends of the colours for other maps, default their lowest and
 * highest value
 */
export function filmStrip(
  strips: readonly FilmStrip[],
  moments: readonly string[],
  options: MontageOptions & { range?: [number, number]; colours?: MapScale | null },
): Promise<PngPicture> {
  const { colours, range: given, ...rest } = options;
  const range = colours
    ? ([colours.low, colours.high] as [number, number])
    : (given ?? rangeOf(strips.flatMap((strip) => [...strip.frames])));
  const legend = colours
    ? { ...heatLegend([colours]), heatTable: HEAT_TABLE, heatNote: scaleNote(colours, 'Black') }
    : { heatRange: range };
  const rows = strips.map(({ image, mask, label, frames, captions }): MontageRow => {
    const contour = mask ?? undefined;
    const panels = frames.map((frame, i) => {
      const side = Math.round(Math.sqrt(frame.length));
      return {
        image: heatImage(side, side, frame, range),
        contour: contour?.length === frame.length ? contour : undefined,
        caption: captions?.[i],
      };
    });
    return { label, panels: [{ image, contour }, ...panels] };
  });
  return montage(rows, { columns: ['image', ...moments], ...legend, cell: 112, ...rest });
}
