import type { Raster } from '../image/image';
import { barWidth, colourBar, type ColourBar } from '../drawing/colour-bar';
import { columnHeads, type ColumnHead } from './column-heads';
import { fittedLines, fittedText } from '../drawing/fitted-text';
import { sharpWithFonts } from '../drawing/fonts';
import { drawContour, HEAT_TABLE } from '../drawing/overlay';
import { toRgb } from '../image/grey';
import type { PngPicture } from './picture';
import { COLOURS, escapeXml, FONT } from '../drawing/style';

/** An image of a montage. */
export interface Panel {
  image: Raster;
  /** A line below it; cut if it is too long. */
  caption?: string;
  captionColour?: string;
  /** `[H, W]` of the image: a mask to outline. */
  contour?: ArrayLike<number>;
  /** Whether to put a thin line around the image, for images with white borders. */
  framed?: boolean;
}

/** A row of a montage. */
export interface MontageRow {
  /** At the left of the row; cut if it is too long. */
  label?: string;
  panels: Panel[];
}

export interface MontageOptions {
  /** Alt text, for readers who cannot see the picture. */
  alt: string;
  title?: string;
  /** Titles of the columns. */
  columns?: (string | ColumnHead)[];
  /** Size of the text in CSS pixels, default 12. */
  text?: number;
  /** Side of the square that each image is fitted into, in CSS pixels, default 150. */
  cell?: number;
  /** Width left of the images for labels in CSS pixels, default 110. */
  labelRoom?: number;
  /**
   * Adds a colour bar with these values at its ends, or with these words if panels have scales of
   * their own.
   */
  heatRange?: ColourBar['ends'];
  /** What the colour bar measures, default "anomaly map". */
  heatTitle?: string;
  /** A note below the colour bar. */
  heatNote?: string;
  /** Colours of the bar, `[256, 3]`, default those of anomaly maps. */
  heatTable?: Uint8Array;
  /** Pixels of the file per CSS pixel, default 2. */
  scale?: number;
}

const GAP = 8;
const MARGIN = 12;

/**
 * Rows of images with labels on a white background. Images keep their proportions.
 * @returns a PNG; the same input gives the same bytes
 */
export async function montage(rows: readonly MontageRow[], options: MontageOptions): Promise<PngPicture> {
  const {
    alt,
    title,
    columns = [],
    text: size = 12,
    cell = 150,
    labelRoom = 110,
    heatRange,
    heatTitle = 'anomaly map',
    heatNote,
    heatTable = HEAT_TABLE,
    scale = 2,
  } = options;
  const sharp = await sharpWithFonts();
  const count = Math.max(1, ...rows.map((row) => row.panels.length), columns.length);
  const labelled = rows.some((row) => row.label);
  const left = MARGIN + (labelled ? labelRoom : 0);
  const captioned = rows.map((row) => row.panels.some((panel) => panel.caption));
  const heads = columnHeads(columns, (c) => ({ middle: left + c * (cell + GAP) + cell / 2, width: cell }), size);
  const top = MARGIN + (title ? 26 : 0) + heads.height;
  const width = left + count * (cell + GAP) - GAP + MARGIN;
  const texts: string[] = heads.draw(top);
  if (title) texts.push(fittedText(title, MARGIN, MARGIN + 13, { size: 14, weight: 600, room: width - 2 * MARGIN }));

  const layers: { input: Buffer; raw: { width: number; height: number; channels: 3 }; left: number; top: number }[] = [];
  let y = top;
  for (const [r, row] of rows.entries()) {
    if (row.label) texts.push(fittedText(row.label, MARGIN, y + cell / 2 + 4, { size, room: left - MARGIN - GAP }));
    for (const [c, panel] of row.panels.entries()) {
      const x = left + c * (cell + GAP);
      const fitted = await fit(panel, Math.round(cell * scale), Math.max(1, Math.round(scale)));
      const centred = (side: number): number => Math.floor((Math.round(cell * scale) - side) / 2);
      layers.push({
        input: Buffer.from(fitted.data),
        raw: { width: fitted.width, height: fitted.height, channels: 3 },
        left: Math.round(x * scale) + centred(fitted.width),
        top: Math.round(y * scale) + centred(fitted.height),
      });
      if (panel.framed) {
        const [w, h] = [fitted.width / scale, fitted.height / scale];
        const at = `x="${x + (cell - w) / 2 + 0.5}" y="${y + (cell - h) / 2 + 0.5}" width="${w - 1}" height="${h - 1}"`;
        texts.push(`<rect ${at} fill="none" stroke="${COLOURS.frame}"/>`);
      }
      if (panel.caption) {
        const below = y + cell + size + 3;
        texts.push(fittedText(panel.caption, x + cell / 2, below, { size, anchor: 'middle', colour: panel.captionColour, room: cell }));
      }
    }
    y += cell + (captioned[r] ? size + 8 : 0) + GAP;
  }
  if (heatRange) {
    const room = width - left - MARGIN;
    const small = size - 1;
    const bar = { ends: heatRange, title: heatTitle, size: small };
    texts.push(colourBar({ ...bar, x: left, y: y + 4, width: Math.min(barWidth(bar), room), table: heatTable }));
    y += small + 25;
    for (const line of heatNote ? fittedLines(heatNote, room, small) : []) {
      texts.push(fittedText(line, left, y + 6, { size: small, colour: COLOURS.faint, room: width }));
      y += small + 4;
    }
  }
  const height = Math.max(y - GAP + MARGIN, top + MARGIN);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width * scale}" height="${height * scale}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(FONT)}">${texts.join('')}</svg>`;
  const png = await sharp({
    create: { width: Math.round(width * scale), height: Math.round(height * scale), channels: 3, background: COLOURS.background },
  })
    .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
  return { png, width, height, alt };
}

/**
 * Scales an image into a square of `side` pixels. The mask is outlined after scaling, so that the
 * line stays thin.
 */
async function fit(panel: Panel, side: number, thickness: number): Promise<Raster<Uint8Array>> {
  const sharp = (await import('sharp')).default;
  const rgb = toRgb(panel.image);
  const factor = side / Math.max(rgb.width, rgb.height);
  const [width, height] = [rgb.width, rgb.height].map((n) => Math.max(1, Math.round(n * factor)));
  const data = await sharp(rgb.data, { raw: { width: rgb.width, height: rgb.height, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: factor > 3 ? 'nearest' : 'lanczos3' })
    .raw()
    .toBuffer();
  const scaled: Raster<Uint8Array> = { width, height, channels: 3, data };
  if (!panel.contour) return scaled;
  if (panel.contour.length !== rgb.width * rgb.height) {
    throw new RangeError(`a mask of ${panel.contour.length} values does not fit an image of ${rgb.width} x ${rgb.height}`);
  }
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * rgb.height) / height) * rgb.width;
    for (let x = 0; x < width; x++) mask[y * width + x] = panel.contour[row + Math.floor(((x + 0.5) * rgb.width) / width)] > 0 ? 1 : 0;
  }
  return drawContour(scaled, mask, { thickness });
}
