import type { RgbImage } from '../image/image';
import { colourBar } from './colour-bar';
import { fittedLines, fittedText } from './fitted-text';
import { sharpWithFonts } from './fonts';
import { OVERLAY_TABLE } from './overlay';
import { COLOURS, escapeXml, FONT } from './style';

const [HEIGHT, MARGIN, SIZE, LEADING] = [48, 6, 11, 14];
/** Narrower pictures have no room for text. */
const LEAST_WIDTH = 128;
/** Pictures of twice this width get a bar of twice the size, and so on. */
const WIDE = 512;

/** The scale of the maps of a run, as shown in the bar. */
export interface BarScale {
  /** The name of the method. */
  method: string;
  /** Values of the first and the last colour. */
  low: number;
  high: number;
  /**
   * Number of normal images from which the scale was computed; 0 if it is the range of possible
   * values.
   */
  images: number;
}

/**
 * An overlay with a colour bar below it, so that the picture explains its colours. The image keeps
 * its place and its pixels; one narrower than 128 pixels stays as it is.
 * @param line - text below the bar, in as many lines as it takes
 */
export async function withColourBar(overlay: RgbImage, scale: BarScale, line = ''): Promise<RgbImage> {
  const { width, height } = overlay;
  if (width < LEAST_WIDTH) return overlay;
  const sharp = await sharpWithFonts();
  const scaled = Math.max(1, Math.floor(width / WIDE)); // text that can be read on a large picture
  const wide = width / scaled;
  const room = wide - 2 * MARGIN;
  const ends: [number, number] = [scale.low, scale.high];
  const note = scale.images === 0 ? 'one scale for this run' : 'not coloured: as normal images';
  const lines = line === '' ? [] : fittedLines(line, room, SIZE);
  const tall = HEIGHT + lines.length * LEADING;
  const text = lines.map((part, i) => fittedText(part, MARGIN, HEIGHT + 8 + i * LEADING, { size: SIZE, room }));
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${tall * scaled}" viewBox="0 0 ${wide} ${tall}" font-family="${escapeXml(FONT)}">` +
    `<rect width="${wide}" height="${tall}" fill="${COLOURS.background}"/>` +
    colourBar({ x: MARGIN, y: 6, width: room, ends, title: `${scale.method} map`, table: OVERLAY_TABLE }) +
    `${fittedText(note, MARGIN, 42, { size: SIZE, colour: COLOURS.faint, room })}${text.join('')}</svg>`;
  const bar = await sharp(Buffer.from(svg)).flatten({ background: COLOURS.background }).toColourspace('srgb').raw().toBuffer();
  const data = new Uint8Array((height + tall * scaled) * width * 3);
  data.set(overlay.data);
  data.set(bar, height * width * 3);
  return { width, height: height + tall * scaled, channels: 3, data };
}
