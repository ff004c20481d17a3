import type { TopLevelSpec } from 'vega-lite';

/** A chart as data. JupyterLab renders it, or {@link toSvg} and {@link toPng} do. */
export interface Chart {
  /** Vega-Lite 5. */
  spec: TopLevelSpec;
  /** Alt text: one or two sentences for readers who cannot see it. */
  alt: string;
}

/** A picture of pixels. */
export interface PngPicture {
  png: Buffer;
  /** Size at which it is shown, in CSS pixels. The PNG may have more pixels for sharp screens. */
  width: number;
  height: number;
  alt: string;
  /** The drawing that the PNG was rendered from, if there is one. */
  svg?: string;
}

/** A figure of Plotly: traces, layout, and settings of the tool bar. */
export interface PlotlyFigure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
  config: Record<string, unknown>;
}

/** A picture to explore with the pointer. */
export interface Interactive {
  plotly: PlotlyFigure;
  /** The picture shown on paper and where no script runs, of the same size. */
  still: PngPicture;
  alt: string;
}

/** A picture that can be shown in a notebook or exported as a figure. */
export type Picture = Chart | PngPicture | Interactive;

export function isChart(picture: Picture): picture is Chart {
  return 'spec' in picture;
}

export function isInteractive(picture: Picture): picture is Interactive {
  return 'plotly' in picture;
}
