import type { GrayImage, Raster } from './image';
import { resizeBilinear, resizeNearest } from './resize';

/**
 * How an image becomes the square that an encoder takes. `stretch` (published): both sides are
 * resized to S, so the aspect ratio is lost. `letterbox`: the longer side becomes S, and the rest of
 * the square is border. `crop`: the largest square in the middle of the image is resized.
 */
export type Fit = 'stretch' | 'letterbox' | 'crop';
export const FITS = ['stretch', 'letterbox', 'crop'] as const satisfies readonly Fit[];

/** A box of whole pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Which part of an image is seen, and where it lies in the square of an encoder. */
export interface Placement {
  /** The size of the whole image. */
  width: number;
  height: number;
  /** Side of the square, S. */
  size: number;
  /** The part of the image that is seen, in its own pixels. What lies outside is not judged. */
  seen: Box;
  /** Where that part lies in the square; the rest of the square is border. */
  filled: Box;
}

/**
 * Places an image of `width` x `height` pixels in a square of `size` x `size`. Borders and cut edges
 * of an odd number of pixels have the odd one at the right or below.
 */
export function placementOf(width: number, height: number, size: number, fit: Fit): Placement {
  checkSides({ width, height, size });
  const all = { x: 0, y: 0, width, height };
  const square = { x: 0, y: 0, width: size, height: size };
  if (fit === 'letterbox') {
    const longer = Math.max(width, height);
    const short = (side: number): number => Math.max(1, Math.round((side * size) / longer));
    return { width, height, size, seen: all, filled: middle(square, short(width), short(height)) };
  }
  const side = Math.min(width, height);
  return { width, height, size, seen: fit === 'crop' ? middle(all, side, side) : all, filled: square };
}

/** The box of a size in the middle of another. */
export function middle(outer: Box, width: number, height: number): Box {
  return { x: Math.floor((outer.width - width) / 2), y: Math.floor((outer.height - height) / 2), width, height };
}

/** A part of an image; the image itself if the part is all of it. */
export function cut<T extends Raster>(image: T, box: Box): T {
  if (box.width === image.width && box.height === image.height) return image;
  const { channels, data } = image;
  const row = box.width * channels;
  const out = emptyLike(data, box.height * row);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.y + y) * image.width + box.x) * channels;
    out.set(data.subarray(from, from + row), y * row);
  }
  return { ...image, width: box.width, height: box.height, data: out };
}

/**
 * Puts what fills a part of the square into the square. The border is black: in most medical images
 * black surrounds the body, so a black border looks like more background. (The grey that an encoder
 * maps to 0 would be a bright frame there.)
 * @param image - of the size of `filled`
 */
export function framed<T extends Raster>(image: T, { size, filled }: Pick<Placement, 'size' | 'filled'>): T {
  if (filled.width === size && filled.height === size) return image;
  const data = emptyLike(image.data, size * size * image.channels);
  paste(image.data, filled, data, size, image.channels);
  return { ...image, width: size, height: size, data };
}

/** An image or a mask of at most S x S in the middle of a square of 0, where placements put it. */
export function centred<T extends { width: number; height: number; data: Uint8Array | Float32Array }>(image: T, size: number): T {
  const { width, height, data } = image;
  if (width === size && height === size) return image;
  const out = data instanceof Float32Array ? new Float32Array(size * size) : new Uint8Array(size * size);
  paste(data, middle({ x: 0, y: 0, width: size, height: size }, width, height), out, size, 1);
  return { ...image, width: size, height: size, data: out };
}

/** Copies the rows of a box into a square. */
function paste<A extends Uint8Array | Uint16Array | Float32Array>(from: A, box: Box, into: A, size: number, channels: number): void {
  const row = box.width * channels;
  for (let y = 0; y < box.height; y++) into.set(from.subarray(y * row, (y + 1) * row), ((box.y + y) * size + box.x) * channels);
}

/** The square that an encoder sees of an image: cut, resized by Pillow's BILINEAR, framed. */
export function toSquare<T extends Raster>(image: T, placement: Placement): T {
  const { seen, filled } = placement;
  return framed(resizeBilinear(cut(image, seen), filled.width, filled.height), placement);
}

/**
 * A mask in the frame of anomaly maps: what is seen of the image, `[S, S]`, by NEAREST. Since a map
 * has no border, a mask has none either.
 * @param mask - of any size, with the shape of the image
 */
export function maskToMap(mask: GrayImage, size: number, fit: Fit): GrayImage {
  return resizeNearest(cut(mask, placementOf(mask.width, mask.height, size, fit).seen), size, size);
}

/**
 * An anomaly map on the pixels of its image: `[S, S]` over what is seen to `[H, W]`, bilinear.
 * Pixel centres lie at half numbers, and the outermost centres of the map count up to its edge.
 * Pixels that are not seen (outside of `placement.seen`) get the lowest value of the map.
 */
export function mapToImage(map: Float32Array, { width, height, size, seen }: Placement): Float32Array {
  if (map.length !== size * size) throw new RangeError(`mapToImage: ${map.length} values for ${size} x ${size}`);
  const whole = seen.width === width && seen.height === height;
  const out = new Float32Array(width * height);
  if (!whole) out.fill(map.reduce((lowest, value) => Math.min(lowest, value), Infinity));
  const columns = samples(size, seen.width);
  const rows = samples(size, seen.height);
  const wide = new Float64Array(size * seen.width); // each row of the map along x, once
  for (let y = 0, at = 0; y < size; y++) {
    for (const { low, high, share } of columns) wide[at++] = mix(map[y * size + low], map[y * size + high], share);
  }
  for (let y = 0; y < seen.height; y++) {
    const { low, high, share } = rows[y];
    const [upper, lower, to] = [low * seen.width, high * seen.width, (seen.y + y) * width + seen.x];
    for (let x = 0; x < seen.width; x++) out[to + x] = mix(wide[upper + x], wide[lower + x], share);
  }
  return out;
}

/** Two neighbours along an axis, and the share of the second. */
export interface Sample {
  low: number;
  high: number;
  share: number;
}

/** Where the centres of `to` pixels lie among `from` pixels that cover the same length. */
export function samples(from: number, to: number): Sample[] {
  return Array.from({ length: to }, (_, i) => sampleAt(((i + 0.5) * from) / to - 0.5, from));
}

/** A position among the centres of `count` pixels, kept within the first and the last of them. */
export function sampleAt(position: number, count: number): Sample {
  const at = Math.min(count - 1, Math.max(0, position));
  const low = Math.floor(at);
  return { low, high: Math.min(count - 1, low + 1), share: at - low };
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

function emptyLike<A extends Uint8Array | Uint16Array>(data: A, length: number): A {
  return (data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)) as A;
}

function checkSides(sides: Record<string, number>): void {
  for (const [name, side] of Object.entries(sides)) {
    if (!(Number.isInteger(side) && side > 0)) throw new RangeError(`geometry: ${name} is ${side}, expected a whole number above 0`);
  }
}
