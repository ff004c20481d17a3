import type { TopLevelSpec } from 'vega-lite';
import { sharpWithFonts } from '../drawing/fonts';
import type { Chart, PngPicture } from './picture';
import { CHART_CONFIG, escapeXml } from '../drawing/style';
import { textWidth } from '../drawing/text-width';

/**
 * A chart in the project's style from any Vega-Lite 5 specification.
 * @param alt - a sentence or two for readers who cannot see it
 */
export function chart(spec: object, alt: string): Chart {
  const styled = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description: alt,
    padding: 10,
    config: CHART_CONFIG,
    ...spec,
  };
  return { spec: withTypographicTitles(styled) as TopLevelSpec, alt };
}

/**
 * The same specification with “ and ” for straight quotation marks in titles. The Vega-Lite in
 * JupyterLab 4 copies the title of an axis into an expression as it is, so that a straight one ends
 * the text there, and an error stands in place of the chart.
 */
function withTypographicTitles(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(withTypographicTitles);
  if (typeof spec !== 'object' || spec === null) return spec;
  const changed = (key: string, value: unknown): unknown => {
    if (key === 'values') return value; // data
    return key === 'title' && typeof value === 'string' ? typographic(value) : withTypographicTitles(value);
  };
  return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, changed(key, value)]));
}

function typographic(text: string): string {
  return text.replace(/"([^"]*)"/g, '“$1”').replace(/"/g, '”');
}

let lastRendering: Promise<unknown> = Promise.resolve();

/** Renders a chart as SVG in Node. The same chart gives the same text. */
export function toSvg(picture: Chart): Promise<string> {
  const drawn = lastRendering.then(() => render(picture)); // one at a time: Vega numbers its clip paths globally
  lastRendering = drawn.catch(() => undefined);
  return drawn;
}

/** A mark of text, as far as its width depends on it. */
interface TextItem {
  fontSize?: number;
  fontWeight?: number | string;
  /** The most pixels that it may take; the rest is cut. */
  limit?: number;
}

/** What Vega exports of vega-scenegraph without declaring it. */
interface SceneGraph {
  /** Names of clip paths and gradients count from one again. */
  resetSVGDefIds(): void;
  textMetrics: { width: (item: TextItem, text: string | number | null | undefined) => number };
}

/** Without a browser, Vega takes every letter for 0.8 of the font size, which leaves wide gaps. */
function widthOf({ fontSize = 11, fontWeight, limit = 0 }: TextItem, text: string | number | null | undefined): number {
  const width = textWidth(`${text ?? ''}`.trim(), fontSize, fontWeight === 'bold' || Number(fontWeight) >= 600);
  return limit > 0 ? Math.min(width, limit) : width;
}

async function render(picture: Chart): Promise<string> {
  const vega = (await import('vega')) as unknown as typeof import('vega') & SceneGraph;
  const vegaLite = await import('vega-lite');
  const complaints: string[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) =>
    complaints.push(Array.from(input as ArrayLike<unknown>).join(' ')),
  );
  const { spec } = vegaLite.compile(picture.spec, { logger });
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logger });
  try {
    vega.resetSVGDefIds();
    vega.textMetrics.width = widthOf;
    const svg = await view.toSVG();
    if (complaints.length > 0) throw new Error(`chart: ${complaints.join('; ')}`);
    return svg.replace('<svg ', `<svg role="img" aria-label="${escapeXml(picture.alt)}" `);
  } finally {
    view.finalize();
  }
}

/**
 * Renders a chart as PNG.
 * @param scale - pixels of the file per CSS pixel, default 2
 */
export async function toPng(picture: Chart, scale = 2): Promise<PngPicture> {
  const svg = await toSvg(picture);
  const sharp = await sharpWithFonts();
  const { data, info } = await sharp(Buffer.from(svg), { density: 72 * scale })
    .flatten({ background: CHART_CONFIG.background })
    .png({ compressionLevel: 9 })
    .toBuffer({ resolveWithObject: true });
  return { png: data, width: Math.round(info.width / scale), height: Math.round(info.height / scale), alt: picture.alt };
}
