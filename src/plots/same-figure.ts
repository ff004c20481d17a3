import sharp from 'sharp';

/** Side of the squares in which pictures are compared, in pixels of the file (two CSS pixels). */
const SQUARE = 4;
/**
 * By how much the mean of a square may differ, of 255: enough for a thin line that moves by a
 * quarter of a CSS pixel, not for another digit.
 */
const TOLERANCE = 32;
/**
 * Share of the squares that may differ by more: one or two rounded last digits below the images of
 * a large picture.
 */
const EXCEPTIONS = 0.0004;
/** By how much a coordinate of a drawing may differ, in CSS pixels. */
const SHIFT = 0.25;
/** By how much numbers with three or more decimals may differ in texts. */
const ROUNDING = 0.00101;

const IMAGE = /data:image\/png;base64,([A-Za-z0-9+/=]+)/;
const NUMBER = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;
const LONG_NUMBER = /\d+\.\d{3,}/g;

/**
 * Whether two versions of a figure differ by rounding at most. Last digits differ between
 * processors, and with them the compressed bytes. PNG files are compared as pictures. Other files
 * are compared as text in which coordinates of drawings and third decimals may differ a little, and
 * embedded pictures are compared as pictures.
 * @param extension - `png`, `svg` or `html`
 */
export async function looksTheSame(extension: string, before: Buffer, after: Buffer): Promise<boolean> {
  if (before.equals(after)) return true;
  if (extension === 'png') return samePixels(before, after);
  const [a, b] = [before, after].map((content) => content.toString('utf8').split(IMAGE));
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const isImage = i % 2 === 1;
    const same = isImage
      ? await samePixels(Buffer.from(a[i], 'base64'), Buffer.from(b[i], 'base64'))
      : extension === 'svg' && sameDrawing(a[i], b[i]);
    if (!same) return false;
  }
  return true;
}

async function samePixels(before: Buffer, after: Buffer): Promise<boolean> {
  const [a, b] = await Promise.all([before, after].map(squares));
  if (!a || !b || a.width !== b.width || a.height !== b.height) return false;
  let apart = 0;
  for (let i = 0; i < a.means.length; i += 3) {
    if ([0, 1, 2].some((c) => Math.abs(a.means[i + c] - b.means[i + c]) > TOLERANCE)) apart++;
  }
  return apart <= (EXCEPTIONS * a.means.length) / 3;
}

/** Means over squares, `[rows, columns, 3]`; undefined if a file is not a picture. */
async function squares(png: Buffer): Promise<{ width: number; height: number; means: Float64Array } | undefined> {
  const read = sharp(png).flatten({ background: '#ffffff' }).toColourspace('srgb').removeAlpha().raw();
  const found = await read.toBuffer({ resolveWithObject: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  const { data, info } = found;
  const { width, height, channels } = info;
  const columns = Math.ceil(width / SQUARE);
  const means = new Float64Array(columns * Math.ceil(height / SQUARE) * channels);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / SQUARE) * columns;
    for (let x = 0; x < width; x++) {
      const at = (row + Math.floor(x / SQUARE)) * channels;
      for (let c = 0; c < channels; c++) means[at + c] += data[i++] / SQUARE ** 2;
    }
  }
  return { width, height, means };
}

/** Tags may differ by small shifts, texts and alt texts by rounding. */
function sameDrawing(before: string, after: string): boolean {
  return samePieces(before, after, /(<[^>]*>)/, (a, b, isTag) => (isTag ? sameTag(a, b) : near(a, b, LONG_NUMBER, ROUNDING)));
}

function sameTag(before: string, after: string): boolean {
  return samePieces(before, after, /(aria-label="[^"]*")/, (a, b, isLabel) =>
    isLabel ? near(a, b, LONG_NUMBER, ROUNDING) : near(a, b, NUMBER, SHIFT),
  );
}

/** Compares texts piece by piece: the matches of `separator` and the pieces between them. */
function samePieces(before: string, after: string, separator: RegExp, same: (a: string, b: string, found: boolean) => boolean): boolean {
  const [a, b] = [before, after].map((text) => text.split(separator));
  return a.length === b.length && a.every((piece, i) => piece === b[i] || same(piece, b[i], i % 2 === 1));
}

/** Whether two texts are equal except for numbers that are close to each other. */
function near(before: string, after: string, numbers: RegExp, by: number): boolean {
  if (before.replace(numbers, '#') !== after.replace(numbers, '#')) return false;
  const [a, b] = [before, after].map((text) => Array.from(text.matchAll(numbers), ([number]) => Number(number)));
  return a.every((number, i) => Math.abs(number - b[i]) <= by);
}
