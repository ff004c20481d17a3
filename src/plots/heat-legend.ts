import type { MapScale } from '../runs/map-scale';
import { endTexts } from '../drawing/colour-bar';
import { OVERLAY_TABLE } from '../drawing/overlay';
import type { MontageOptions } from './montage';

/**
 * The colour bar of a montage of overlays. With the scale of one run its ends are values; with
 * scales of several runs they are words.
 */
export function heatLegend(scales: readonly MapScale[]): Pick<MontageOptions, 'heatRange' | 'heatTitle' | 'heatNote' | 'heatTable'> {
  const [first] = scales;
  if (scales.every(({ low, high, method }) => low === first.low && high === first.high && method === first.method)) {
    return {
      heatRange: [first.low, first.high],
      heatTitle: `anomaly map of ${first.method}`,
      heatNote: scaleNote(first),
      heatTable: OVERLAY_TABLE,
    };
  }
  return {
    heatRange: ['as normal', 'far beyond'],
    heatTitle: 'anomaly map, by each run',
    heatNote: 'Not coloured: below a value that 95 % of the pixels of normal images do not reach. Each run has one scale for all images.',
    heatTable: OVERLAY_TABLE,
  };
}

/**
 * What the ends of a run's colour scale mean, in words.
 * @param lowest - how values below the scale are shown
 */
export function scaleNote({ low, high, from, images }: MapScale, lowest = 'Not coloured'): string {
  if (images === 0) return `The run's one scale: ${from}.`;
  const [text] = endTexts([low, high]);
  return `${lowest}: below ${text}, as 95 % of the pixels of normal images. The run's one scale, from ${from}.`;
}
