import type { TopLevelSpec } from 'vega-lite';

/** A chart as data: drawn by JupyterLab itself, or by {@link toSvg} and {@link toPng}. */
export interface Chart {
  /** Vega-Lite 5. */
  spec: TopLevelSpec;
  /** What a reader who cannot see it needs to know, in a sentence or two. */
  alt: string;
}

/** A picture of pixels. */
export interface PngPicture {
  png: Buffer;
  /** Size at which it is to be shown, in CSS pixels; the PNG may hold more for sharp screens. */
  width: number;
  height: number;
  alt: string;
  /** The drawing that the PNG was made of, where there is one. */
  svg?: string;
}

/** What Plotly plots: traces, layout, and settings of the tool bar. */
export interface PlotlyFigure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
  config: Record<string, unknown>;
}

/** A picture to explore with the pointer. */
export interface Interactive {
  plotly: PlotlyFigure;
  /** What stands for it on paper and where no script runs; of the same size. */
  still: PngPicture;
  alt: string;
}

/** Whatever can be shown in a notebook or exported as a figure. */
export type Picture = Chart | PngPicture | Interactive;

export function isChart(picture: Picture): picture is Chart {
  return 'spec' in picture;
}

export function isInteractive(picture: Picture): picture is Interactive {
  return 'plotly' in picture;
}
