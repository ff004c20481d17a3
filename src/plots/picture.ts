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

/** Whatever can be shown in a notebook or exported as a figure. */
export type Picture = Chart | PngPicture;

export function isChart(picture: Picture): picture is Chart {
  return 'spec' in picture;
}
