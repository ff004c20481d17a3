import type { Raster } from '../image/image';
import { montage, type MontageOptions, type Panel } from './montage';
import type { MapScale } from '../runs/map-scale';
import { heatOverlay, OVERLAY_TABLE, rangeOf } from '../drawing/overlay';
import { heatLegend } from './heat-legend';
import type { PngPicture } from './picture';
import { COLOURS, formatNumber } from '../drawing/style';

/** A test image with its anomaly map and score. */
export interface ScoredImage {
  image: Raster;
  /** `[H, W]` of the image, higher means more abnormal. */
  map: ArrayLike<number>;
  /** `[H, W]` of the image, above 0 where abnormal; left out if unknown. */
  mask?: ArrayLike<number> | null;
  label: 0 | 1;
  score: number;
  name?: string;
  /** The colour scale of its run; left out only if no run made the map. */
  scale?: MapScale;
}

/**
 * One row per image: the image, the image with the outline of its mask (if any image has one), and
 * the map over it. Colours are those of the run, shown in a colour bar.
 * @param options.range - values at the ends of the colours, default those of the run; if no run
 * made the maps, their lowest and highest value
 */
export function scoredMontage(
  findings: readonly ScoredImage[],
  options: Partial<MontageOptions> & { range?: [number, number]; opacity?: number } = {},
): Promise<PngPicture> {
  const { range, opacity, ...rest } = options;
  const { rangeFor, legend } = coloursOf(findings, range);
  const masks = findings.some((finding) => finding.mask);
  const rows = findings.map(({ image, map, mask, label, score, name, scale }) => {
    const verdict = label === 1 ? 'abnormal' : 'normal';
    const contour = mask ?? undefined;
    const panels: Panel[] = [
      { image, caption: verdict, captionColour: COLOURS[verdict] },
      ...(masks ? [{ image, contour, caption: contour ? undefined : label === 1 ? 'not known' : 'nothing' }] : []),
      { image: heatOverlay(image, map, { range: rangeFor(scale), alpha: opacity }), contour, caption: `score ${formatNumber(score)}` },
    ];
    return { label: name, panels };
  });
  const alt =
    `${findings.length} images, each ${masks ? 'with the outline of its mask and ' : 'with '}its anomaly map over it; scores: ` +
    findings.map(({ label, score }) => `${formatNumber(score)} (${label === 1 ? 'abnormal' : 'normal'})`).join(', ');
  return montage(rows, { alt, columns: ['image', ...(masks ? ['mask'] : []), 'anomaly map'], ...legend, ...rest });
}

/**
 * One column per image: the image, and below it the map over the image with the outline of the true
 * anomaly. Colours as in {@link scoredMontage}. For slides and the top of a page.
 */
export function scoredColumns(
  findings: readonly ScoredImage[],
  options: Partial<MontageOptions> & { range?: [number, number] } = {},
): Promise<PngPicture> {
  const { range, ...rest } = options;
  const { rangeFor, legend } = coloursOf(findings, range);
  const verdict = (label: 0 | 1): 'normal' | 'abnormal' => (label === 1 ? 'abnormal' : 'normal');
  const images = findings.map(({ image, label }): Panel => ({ image, caption: verdict(label), captionColour: COLOURS[verdict(label)] }));
  const maps = findings.map(({ image, map, mask, score, scale }): Panel => {
    return {
      image: heatOverlay(image, map, { range: rangeFor(scale) }),
      contour: mask ?? undefined,
      caption: `score ${formatNumber(score)}`,
    };
  });
  const scores = findings.map(({ label, score }) => `${formatNumber(score)} (${verdict(label)})`).join(', ');
  const alt = `${findings.length} images and below each its anomaly map, the true anomaly outlined where it is known; scores: ${scores}`;
  const rows = [
    { label: 'image', panels: images },
    { label: 'anomaly map', panels: maps },
  ];
  return montage(rows, { alt, columns: findings.map(({ name }) => name ?? ''), ...legend, cell: 132, ...rest });
}

/**
 * The colours of each image's run; one range for all images if it is given or if an image has no
 * run.
 */
function coloursOf(
  findings: readonly ScoredImage[],
  given?: [number, number],
): { rangeFor: (scale?: MapScale) => [number, number]; legend: Partial<MontageOptions> } {
  const scales = findings.flatMap(({ scale }) => (scale ? [scale] : []));
  if (!given && scales.length === findings.length && scales.length > 0) {
    return { rangeFor: (scale) => [(scale as MapScale).low, (scale as MapScale).high], legend: heatLegend(scales) };
  }
  const range = given ?? rangeOf(findings.map(({ map }) => map));
  return { rangeFor: () => range, legend: { heatRange: range, heatTable: OVERLAY_TABLE } };
}
