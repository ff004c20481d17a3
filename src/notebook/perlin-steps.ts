import { Random } from '../common/random';
import type { GrayImage, Raster } from '../image/image';
import { montage, type MontageRow } from '../plots/montage';
import type { PngPicture } from '../plots/picture';
import { SIGNED_TABLE, signedImage } from '../plots/signed-colours';
import { PUBLISHED_PARAMETERS } from '../synthesis/parameters';
import { ATTEMPTS, cellNoise, perlinShape, type Gradients } from '../synthesis/perlin-shape';
import { countInside, sideBounds } from '../synthesis/shape';

/**
 * How many pixels at the threshold rounding may put on either side. Another attempt differs by
 * thousands.
 */
const ROUNDING = 3;

/** How one smooth shape is made, step by step. */
export interface PerlinSteps {
  height: number;
  width: number;
  /** The four corners: top left, bottom left, top right, bottom right. */
  gradients: Gradients;
  /** `[height, width]` each: the gradient of a corner times the vector from that corner. */
  ramps: Float64Array[];
  /** `[height, width]`: the ramps interpolated, times sqrt 2. */
  noise: Float64Array;
  /** Radians. */
  angle: number;
  /** `[height, width]`: the noise, rotated about the centre; 0 outside. */
  rotated: Float64Array;
  /** `[height, width]`: 1 where the rotated noise is above the threshold. */
  mask: Uint8Array;
  /** How often gradients were sampled until enough of the box was filled. */
  attempts: number;
}

/**
 * The steps behind `perlinShape` with the published parameters. The same generator state gives the
 * same mask.
 * @param side - side of the image in pixels
 * @param limits - smallest and largest side of the box, as shares of the side of the image
 */
export function perlinSteps(side: number, random: Random, limits: { minimum: number; maximum: number }): PerlinSteps {
  const { perlinShape: parameters } = PUBLISHED_PARAMETERS;
  const final = perlinShape(side, side, limits, parameters, Random.from(random.state()));
  const { lo, hi } = sideBounds(side, limits);
  const [height, width] = [random.integer(lo, hi), random.integer(lo, hi)];
  for (let attempts = 1; attempts <= ATTEMPTS; attempts++) {
    const gradients = Array.from({ length: 4 }, () => random.uniform(0, 2 * Math.PI)).flatMap((a) => [Math.cos(a), Math.sin(a)]);
    const angle = (random.uniform(-parameters.rotation, parameters.rotation) * Math.PI) / 180;
    const noise = cellNoise(gradients as unknown as Gradients, height, width);
    const rotated = rotate(noise, height, width, angle);
    const { mask } = final;
    const differing = countInside(mask.map((v, i) => v ^ (rotated[i] > parameters.threshold ? 1 : 0)));
    if (differing > ROUNDING) continue;
    const ramps = [0, 1, 2, 3].map((corner) => ramp(gradients, corner, height, width));
    return { height, width, gradients: gradients as unknown as Gradients, ramps, noise, angle, rotated, mask, attempts };
  }
  throw new Error('the steps shown do not lead to the shape that the synthesis makes');
}

/**
 * Two rows of pictures: the four ramps; then noise, rotated noise, the mask, and the mask on an
 * image.
 * @param image - an image of the side that the steps were made for
 */
export function perlinRows(steps: PerlinSteps, image: GrayImage): MontageRow[] {
  const { height, width, gradients, ramps, noise, rotated, mask, angle } = steps;
  const signed = (values: ArrayLike<number>): Raster => signedImage(width, height, values, 1);
  const corners = ['top left', 'bottom left', 'top right', 'bottom right'];
  const white = { width, height, channels: 1 as const, data: Uint8Array.from(mask, (v) => v * 255) };
  return [
    {
      label: 'four ramps',
      panels: ramps.map((values, c) => ({
        image: signed(values),
        framed: true,
        caption: `${corners[c]} ${arrowOf(gradients[2 * c], gradients[2 * c + 1])}`,
      })),
    },
    {
      label: 'one shape',
      panels: [
        { image: signed(noise), framed: true, caption: 'mixed: the noise' },
        { image: signed(rotated), framed: true, caption: `rotated by ${Math.abs((angle * 180) / Math.PI).toFixed(0)}°` },
        { image: white, caption: 'above 0.3: the mask' },
        { image, contour: placed(mask, height, width, image), caption: 'placed on an image' },
      ],
    },
  ];
}

/** {@link perlinRows} as a picture, with a colour bar. */
export function perlinMontage(steps: PerlinSteps, image: GrayImage): Promise<PngPicture> {
  const alt = 'Four ramps; the noise they make, rotated, cut at 0.3, placed on an image.';
  return montage(perlinRows(steps, image), { alt, heatRange: [-1, 1], heatTable: SIGNED_TABLE, heatTitle: 'value' });
}

/** The mask of a box in the middle of an image. */
function placed(mask: Uint8Array, height: number, width: number, image: GrayImage): Uint8Array {
  const out = new Uint8Array(image.width * image.height);
  const [top, left] = [(image.height - height) >> 1, (image.width - width) >> 1];
  for (let y = 0; y < height; y++) out.set(mask.subarray(y * width, (y + 1) * width), (top + y) * image.width + left);
  return out;
}

/** One of eight arrows for a direction (y points downwards). */
export function arrowOf(y: number, x: number): string {
  const eighth = Math.round(Math.atan2(-y, x) / (Math.PI / 4));
  return '→↗↑↖←↙↓↘'[(eighth + 8) % 8];
}

function ramp(gradients: readonly number[], corner: number, height: number, width: number): Float64Array {
  const [bottom, right] = [corner % 2, corner >> 1];
  return Float64Array.from({ length: height * width }, (_, k) => {
    const [y, x] = [Math.floor(k / width) / height - bottom, (k % width) / width - right];
    return gradients[2 * corner] * y + gradients[2 * corner + 1] * x;
  });
}

/** Linear interpolation between pixels, 0 outside. */
function rotate(values: Float64Array, height: number, width: number, angle: number): Float64Array {
  const [cos, sin, cy, cx] = [Math.cos(angle), Math.sin(angle), (height - 1) / 2, (width - 1) / 2];
  const at = (y: number, x: number): number => (y >= 0 && x >= 0 && y < height && x < width ? values[y * width + x] : 0);
  const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
  return values.map((_, k) => {
    const [i, j] = [Math.floor(k / width) - cy, (k % width) - cx];
    const [y, x] = [cy + cos * i - sin * j, cx + sin * i + cos * j];
    const [y0, x0] = [Math.floor(y), Math.floor(x)];
    return mix(mix(at(y0, x0), at(y0, x0 + 1), x - x0), mix(at(y0 + 1, x0), at(y0 + 1, x0 + 1), x - x0), y - y0);
  });
}
