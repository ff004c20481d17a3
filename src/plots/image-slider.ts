import sharp from 'sharp';
import { encodePng } from '../image/node/encode';
import type { Raster } from '../image/image';
import { drawing, textLine } from './drawing';
import { sliderControls, type SliderSeries } from './image-slider-controls';
import { toRgb } from '../image/grey';
import type { Interactive, PngPicture } from './picture';
import { interactive, plotlyText } from './plotly';
import { COLOURS } from '../drawing/style';

const PANEL = 200;
const GAP = 6;
const MARGIN = { l: 14, r: 14, t: 84, b: 112 };
const HINT = 'A list of parameters and a slider appear here in Jupyter when you point at the picture.';

/**
 * Images side by side that change with a slider, and a list that chooses the parameter of the
 * slider. The figure contains all frames. The first image is the same in all frames. Zooming into
 * one image zooms into all.
 * @param first - the first image; all images are square
 * @param columns - titles of the images
 */
export async function imageSlider(
  first: Raster,
  columns: readonly string[],
  series: readonly SliderSeries[],
  alt: string,
): Promise<Interactive> {
  const sources = await Promise.all(series.map(({ frames }) => Promise.all(frames.map((f) => Promise.all(f.images.map(dataUri))))));
  const { start, frames } = series[0];
  const traces = [await dataUri(first), ...sources[0][start]].map((source, c) => ({
    type: 'image',
    source,
    xaxis: `x${suffixOf(c)}`,
    yaxis: `y${suffixOf(c)}`,
    hoverinfo: 'skip',
  }));
  const size = sizeOf(columns.length);
  const titles = columns.map((name, c) => {
    const [left, right] = domainOf(c, columns.length);
    return note(name, (left + right) / 2, 1, { xanchor: 'center', yanchor: 'bottom', font: { color: COLOURS.faint } });
  });
  const caption = note(frames[start].caption, 0, 0, { xanchor: 'left', yanchor: 'top', yshift: -6 });
  const layout = {
    ...size,
    margin: MARGIN,
    ...axesOf(first, columns.length),
    shapes: columns.map((_, c) => frameOf(domainOf(c, columns.length))),
    annotations: [...titles, caption],
    ...sliderControls(series, sources, { caption: titles.length, traces: columns.slice(1).map((_, c) => c + 1) }),
  };
  return interactive({ data: traces, layout }, await stillOf(first, columns, series[0], alt));
}

/** Plotly's axes are named x, x2, x3 and so on. */
function suffixOf(column: number): string {
  return column === 0 ? '' : String(column + 1);
}

function sizeOf(count: number): { width: number; height: number } {
  return { width: MARGIN.l + count * (PANEL + GAP) - GAP + MARGIN.r, height: MARGIN.t + PANEL + MARGIN.b };
}

/** The left and right edge of a column, as shares of the width between the margins. */
function domainOf(column: number, count: number): [number, number] {
  const width = count * (PANEL + GAP) - GAP;
  const left = column * (PANEL + GAP);
  return [left / width, (left + PANEL) / width];
}

function axesOf({ width, height }: Raster, count: number): Record<string, unknown> {
  const axes: Record<string, unknown> = {};
  for (let c = 0; c < count; c++) {
    const both = { visible: false, constrain: 'domain' };
    const suffix = suffixOf(c);
    axes[`xaxis${suffix}`] = {
      ...both,
      domain: domainOf(c, count),
      range: [-0.5, width - 0.5],
      anchor: `y${suffix}`,
      ...(c === 0 ? {} : { matches: 'x' }),
    };
    axes[`yaxis${suffix}`] = {
      ...both,
      range: [height - 0.5, -0.5],
      anchor: `x${suffix}`,
      ...(c === 0 ? { scaleanchor: 'x' } : { matches: 'y' }),
    };
  }
  return axes;
}

function frameOf([x0, x1]: [number, number]): object {
  return { type: 'rect', xref: 'paper', yref: 'paper', x0, x1, y0: 0, y1: 1, line: { color: COLOURS.frame, width: 1 } };
}

function note(text: string, x: number, y: number, place: object): object {
  return { text: plotlyText(text), x, y, xref: 'paper', yref: 'paper', showarrow: false, ...place };
}

/** The first frame of the first series, in a picture as large as the interactive one. */
async function stillOf(first: Raster, columns: readonly string[], { name, frames, start }: SliderSeries, alt: string): Promise<PngPicture> {
  const { label, caption, images } = frames[start];
  const { width, height } = sizeOf(columns.length);
  const panels = await Promise.all(
    [first, ...images].map(async (image, c) => {
      const png = await encodePng(toRgb(image));
      const x = MARGIN.l + c * (PANEL + GAP);
      const at = `x="${x}" y="${MARGIN.t}" width="${PANEL}" height="${PANEL}"`;
      const title = textLine(x + PANEL / 2, MARGIN.t - 8, columns[c], { size: 12, colour: COLOURS.faint });
      const frame = `<rect ${at} fill="none" stroke="${COLOURS.frame}"/>`;
      return `${title}<image ${at} href="data:image/png;base64,${png.toString('base64')}"/>${frame}`;
    }),
  );
  const below = MARGIN.t + PANEL;
  const left = { anchor: 'start' as const, size: 12 };
  const texts = [
    textLine(MARGIN.l, 30, `${name} = ${label}`, { ...left, bold: true, size: 13 }),
    textLine(MARGIN.l, below + 20, caption, left),
    textLine(MARGIN.l, below + 62, HINT, { ...left, colour: COLOURS.faint }),
  ];
  const { png } = await drawing(width, height, [...panels, ...texts], alt, 1);
  return { png, width, height, alt };
}

async function dataUri(image: Raster): Promise<string> {
  const { width, height, data } = toRgb(image);
  const encoder = sharp(data, { raw: { width, height, channels: 3 } }).webp({ quality: 80, effort: 5 });
  return `data:image/webp;base64,${(await encoder.toBuffer()).toString('base64')}`;
}
