import type { Raster } from '../image/image';
import { plotlyText } from './plotly';
import { COLOURS } from '../drawing/style';

/** Images that change with one parameter. */
export interface SliderSeries {
  /** Name in the list of all series. */
  name: string;
  /** Name shown beside the slider's value. */
  valueName: string;
  frames: SliderFrame[];
  /** Index of the first frame to show. */
  start: number;
}

/** What is shown at one value. */
export interface SliderFrame {
  /** Label of the slider's step. */
  label: string;
  /** A line below the images. */
  caption: string;
  /** The images that change. */
  images: Raster[];
}

/** Where a step finds what it replaces in the figure. */
interface Targets {
  /** Index of the caption among the annotations. */
  caption: number;
  /** Indices of the traces whose images change. */
  traces: number[];
}

/**
 * One slider per series, of which one is visible, and a list that chooses it. Every step contains
 * its images, so that front ends need not support Plotly's frames.
 * @param sources - images of each series and frame, as data URIs
 */
export function sliderControls(
  series: readonly SliderSeries[],
  sources: readonly string[][][],
  targets: Targets,
): { sliders: object[]; updatemenus: object[] } {
  const step = (s: number, f: number, alongside: object = {}): unknown[] => [
    { source: sources[s][f] },
    { [`annotations[${targets.caption}].text`]: plotlyText(series[s].frames[f].caption), ...alongside },
    targets.traces,
  ];
  const sliders = series.map(({ valueName, frames, start }, s) => ({
    active: start,
    visible: s === 0,
    x: 0,
    len: 1,
    y: 0,
    yanchor: 'top',
    pad: { t: 32, b: 0, l: 4, r: 4 },
    bgcolor: COLOURS.grid,
    bordercolor: COLOURS.chance,
    tickcolor: COLOURS.chance,
    currentvalue: { prefix: `${plotlyText(valueName)}: `, font: { size: 12 } },
    steps: frames.map((frame, f) => ({ label: plotlyText(frame.label), method: 'update', args: step(s, f) })),
  }));
  const buttons = series.map(({ name, start }, s) => {
    const only = Object.fromEntries(series.map((_, k) => [`sliders[${k}].visible`, k === s]));
    return { label: plotlyText(name), method: 'update', args: step(s, start, { ...only, [`sliders[${s}].active`]: start }) };
  });
  const list = {
    buttons,
    active: 0,
    showactive: true,
    x: 0,
    y: 1,
    xanchor: 'left',
    yanchor: 'bottom',
    pad: { b: 28 },
    bgcolor: COLOURS.background,
    bordercolor: COLOURS.chance,
  };
  return { sliders, updatemenus: [list] };
}
