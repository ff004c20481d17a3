import type { RgbImage } from '../image/image';
import { colourBar } from './colour-bar';
import { fittedText } from './fitted-text';
import { sharpWithFonts } from './fonts';
import { OVERLAY_TABLE } from './overlay';
import { COLOURS, escapeXml, FONT } from './style';

const [HEIGHT, MARGIN] = [48, 6];
/** Narrower pictures have no room for text. */
const LEAST_WIDTH = 128;

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
 */
export async function withColourBar(overlay: RgbImage, scale: BarScale): Promise<RgbImage> {
  const { width, height } = overlay;
  if (width < LEAST_WIDTH) return overlay;
  const sharp = await sharpWithFonts();
  const room = width - 2 * MARGIN;
  const ends: [number, number] = [scale.low, scale.high];
  const note = scale.images === 0 ? 'one scale for this run' : 'not coloured: as normal images';
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" font-family="${escapeXml(FONT)}">` +
    `<rect width="${width}" height="${HEIGHT}" fill="${COLOURS.background}"/>` +
    colourBar({ x: MARGIN, y: 6, width: room, ends, title: `${scale.method} map`, table: OVERLAY_TABLE }) +
    `${fittedText(note, MARGIN, 42, { size: 11, colour: COLOURS.faint, room })}</svg>`;
  const bar = await sharp(Buffer.from(svg)).flatten({ background: COLOURS.background }).toColourspace('srgb').raw().toBuffer();
  const data = new Uint8Array((height + HEIGHT) * width * 3);
  data.set(overlay.data);
  data.set(bar, height * width * 3);
  return { width, height: height + HEIGHT, channels: 3, data };
}
