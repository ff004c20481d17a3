import type { Interactive, PlotlyFigure, PngPicture } from './picture';
import { COLOURS, FONT } from '../drawing/style';

/** A short tool bar, no logo, no links out of the page. */
const CONFIG = {
  displaylogo: false,
  showSendToCloud: false,
  showEditInChartStudio: false,
  responsive: false,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'toImage', 'autoScale2d'],
};

const AXIS = {
  gridcolor: COLOURS.grid,
  linecolor: COLOURS.chance,
  zerolinecolor: COLOURS.grid,
  tickfont: { size: 11 },
  title: { font: { size: 12 }, standoff: 8 },
  automargin: true,
};

/**
 * An interactive picture in the project's style, of the same size as its still.
 * @param axes - names of the layout's axes that get the grid and fonts of the style, such as
 * `xaxis`
 */
export function interactive(
  { data, layout }: Pick<PlotlyFigure, 'data' | 'layout'>,
  still: PngPicture,
  axes: readonly string[] = [],
): Interactive {
  const styled: Record<string, unknown> = {
    width: still.width,
    height: still.height,
    font: { family: FONT, size: 12, color: COLOURS.text },
    paper_bgcolor: COLOURS.background,
    plot_bgcolor: COLOURS.background,
    hoverlabel: { bgcolor: COLOURS.background, font: { family: FONT, size: 12, color: COLOURS.text } },
    ...layout,
  };
  for (const axis of axes) styled[axis] = merge(AXIS, (layout[axis] ?? {}) as Record<string, unknown>);
  return { plotly: { data, layout: styled, config: CONFIG }, still, alt: still.alt };
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const both = [out[key], value].every((v) => typeof v === 'object' && v !== null && !Array.isArray(v));
    out[key] = both ? merge(out[key] as Record<string, unknown>, value as Record<string, unknown>) : value;
  }
  return out;
}

/** Escapes a text from outside for Plotly, which reads some HTML in labels, including links. */
export function plotlyText(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}
