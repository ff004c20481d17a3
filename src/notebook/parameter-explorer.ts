import type { GrayImage } from '../image/image';
import { imageSlider } from '../plots/image-slider';
import type { MontageRow } from '../plots/montage';
import type { Interactive } from '../plots/picture';
import { formatNumber } from '../drawing/style';
import { changeImage, maskImage } from '../plots/synthesis-montage';
import { TASK_STYLE } from '../plots/task-style';
import { drawColumns } from '../synthesis/draw-columns';
import type { SweptDraws } from './parameter-sweeps';

/** All sweeps in one interactive picture: a list to choose the parameter, a slider for its value. */
export function parameterExplorer(image: GrayImage, swept: readonly SweptDraws[]): Promise<Interactive> {
  const series = swept.map(({ sweep, draws }) => ({
    name: `${TASK_STYLE[sweep.task].name}: ${sweep.parameter}`,
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

/** A row a sweep, a column a value, outlines of the masks on the images: the same on paper. */
export function sweepRows(swept: readonly SweptDraws[]): MontageRow[] {
  return swept.map(({ sweep, draws }) => ({
    label: TASK_STYLE[sweep.task].name,
    panels: draws.map((draw, i) => ({
      image: draw.image,
      contour: draw.mask.data,
      caption: `${sweep.short} ${sweep.format(sweep.values[i])}${i === sweep.published ? ' *' : ''}`,
    })),
  }));
}
