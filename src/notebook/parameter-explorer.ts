import type { GrayImage } from '../image/image';
import { imageSlider } from '../plots/image-slider';
import { montage, type MontageRow } from '../plots/montage';
import type { Interactive, PngPicture } from '../plots/picture';
import { formatNumber } from '../drawing/style';
import { changeImage, maskImage } from '../plots/synthesis-montage';
import { taskStyle } from '../plots/task-style';
import { drawColumns } from '../synthesis/draw-columns';
import type { SweepResult } from './parameter-sweeps';

/** All sweeps in one interactive picture: a list chooses the parameter, a slider its value. */
export function parameterExplorer(image: GrayImage, swept: readonly SweepResult[]): Promise<Interactive> {
  const series = swept.map(({ sweep, draws }) => ({
    name: `${taskStyle(sweep.task).name}: ${sweep.parameter}`,
    valueName: sweep.parameter,
    start: sweep.published,
    frames: draws.map((draw, i) => {
      const { mask_fraction: area, absd_in: change } = drawColumns(image, draw);
      const measured = `mask ${formatNumber(100 * (area ?? 0), 1)} % of the image, mean change within it ${formatNumber(change ?? 0, 1)} grey levels`;
      return {
        label: sweep.format(sweep.values[i]),
        caption: `${measured}; published: ${sweep.publishedText}`,
        images: [draw.image, changeImage(image, draw.image), maskImage(draw.mask)],
      };
    }),
  }));
  const alt = `Normal image, synthetic anomaly, difference and mask, by the value of one of ${swept.length} parameters: ${series.map(({ name }) => name).join('; ')}.`;
  return imageSlider(image, ['normal', 'synthetic', 'difference', 'mask'], series, alt);
}

/**
 * The same for paper: one row per sweep, one column per value, with the outlines of the masks on
 * the images.
 */
export function sweepRows(swept: readonly SweepResult[]): MontageRow[] {
  return swept.map(({ sweep, draws }) => ({
    label: taskStyle(sweep.task).name,
    panels: draws.map((draw, i) => ({
      image: draw.image,
      contour: draw.mask.data,
      caption: `${sweep.short} ${sweep.format(sweep.values[i])}${i === sweep.published ? ' *' : ''}`,
    })),
  }));
}

/** {@link sweepRows} as a picture. */
export function sweepMontage(swept: readonly SweepResult[]): Promise<PngPicture> {
  const names = swept.map(({ sweep }) => sweep.parameter).join(', ');
  const alt = `${swept.length} parameters, one row each, from small to large values: ${names}. A star marks the published value.`;
  return montage(sweepRows(swept), { alt, cell: 106, labelRoom: 150 });
}
