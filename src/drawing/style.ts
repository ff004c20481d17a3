/**
 * Colours that can be told apart with any colour vision (Okabe and Ito 2008). A thing has the same
 * colour in every picture.
 */
export const COLOURS = {
  normal: '#0072B2',
  abnormal: '#D55E00',
  total: '#000000',
  focal: '#009E73',
  dice: '#CC79A7',
  imageAuroc: '#E69F00',
  pixelAuroc: '#56B4E9',
  /** The only curve of a chart. */
  curve: '#000000',
  /** The level of guessing. */
  chance: '#767676',
  /** Outline of a mask on a grey image. */
  contour: '#56B4E9',
  text: '#222222',
  faint: '#555555',
  grid: '#E5E5E5',
  /** Frame of images with white borders. */
  frame: '#C4C4C4',
  background: '#FFFFFF',
} as const;

/** For series without a fixed colour (Paul Tol's "muted"). */
const SPARE = ['#882255', '#332288', '#999933', '#44AA99', '#AA4499', '#117733'] as const;

/**
 * The colour of a series by its name: from {@link COLOURS}, else a colour that depends only on the
 * name alone.
 */
export function seriesColour(name: string): string {
  if (Object.hasOwn(COLOURS, name)) return COLOURS[name as keyof typeof COLOURS];
  const sum = Array.from(name).reduce((total, letter) => (31 * total + (letter.codePointAt(0) ?? 0)) % 65_521, 0);
  return SPARE[sum % SPARE.length];
}

/** Sans-serif fonts that look alike on the usual systems. */
export const FONT = 'Arimo, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif';

/**
 * Vega-Lite configuration of all charts: white background (dark themes would swallow black text),
 * quiet grid, readable labels.
 */
export const CHART_CONFIG = {
  background: COLOURS.background,
  font: FONT,
  view: { stroke: null },
  axis: {
    labelColor: COLOURS.text,
    titleColor: COLOURS.text,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal' as const,
    titlePadding: 8,
    gridColor: COLOURS.grid,
    domainColor: COLOURS.chance,
    tickColor: COLOURS.chance,
    labelFlush: false,
  },
  legend: { labelFontSize: 11, labelColor: COLOURS.text, symbolStrokeWidth: 2.5, labelLimit: 240 },
  title: {
    anchor: 'start' as const,
    fontSize: 13,
    fontWeight: 600 as const,
    color: COLOURS.text,
    subtitleColor: COLOURS.faint,
    subtitleFontSize: 11,
    subtitlePadding: 4,
    offset: 10,
  },
};

/** The same with text that can still be read at half the size, for figures of results. */
export const LARGE_CONFIG = {
  ...CHART_CONFIG,
  axis: { ...CHART_CONFIG.axis, labelFontSize: 15, titleFontSize: 16, titlePadding: 12 },
  text: { fontSize: 15 },
  title: { ...CHART_CONFIG.title, fontSize: 17 },
};

/** Red, green, blue of `#RRGGBB`. */
export function rgbOf(hex: string): [number, number, number] {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * A text for SVG and other XML: markup becomes text, characters that XML does not allow become
 * U+FFFD.
 */
export function escapeXml(text: string): string {
  const allowed = text

    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
  return allowed.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/'/g, '&#39;');
}

/** A value as JSON for a script in an HTML page: no text in it can end the script. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

/**
 * A number with `digits` decimals and a true minus sign; "undefined" for null, "not finite" for NaN
 * and infinities.
 */
export function formatNumber(value: number | null, digits = 3): string {
  if (value === null) return 'undefined';
  if (!Number.isFinite(value)) return 'not finite';
  return value.toFixed(digits).replace('-', '\u2212');
}

/** The same for a difference: a plus sign stands before what is above 0. */
export function signedNumber(value: number, digits = 3): string {
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}
