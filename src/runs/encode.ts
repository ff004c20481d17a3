import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { Interrupted } from '../common/errors';
import type { LongRun } from '../common/progress';
import { tf } from '../common/tf';
import type { RgbImage } from '../image/image';
import { loadTestRgb } from '../image/node/load';
import { pixelValues } from '../image/pixel-values';

/** Number of images encoded at a time. */
export const ENCODED_AT_ONCE = 8;

/** Returns the image at an index, from 0, at the size of the encoder. */
export type ImageAt = (place: number) => RgbImage | Promise<RgbImage>;

/** The images of files: each is decoded on request, or taken from the kept ones. */
export function imagesOf(files: readonly string[], size: number, kept?: { load(file: string): Promise<RgbImage> }): ImageAt {
  return (place) => (kept ? kept.load(files[place]) : loadTestRgb(files[place], size));
}

/** Options for encoding images. */
export interface EncodeOptions extends LongRun {
  /** Number of images encoded at a time (default 8). The last bits of a result can depend on it. */
  batchSize?: number;
  /** Name of the phase in progress reports: "encoding test images". */
  phase?: string;
}

/** A batch of images with its frozen features. */
export interface EncodedImages {
  /** Index of the first image. */
  start: number;
  images: RgbImage[];
  /** `[B, T, C]` each; the receiver disposes of them. */
  features: tf.Tensor3D[];
}

/**
 * The single way from images to frozen features: batch by batch, in order. The next batch is
 * decoded while one is encoded.
 * @throws UserError if an image cannot be read
 * @throws Interrupted if the signal stopped it
 */
export async function* encodeImages(
  count: number,
  imageAt: ImageAt,
  encoder: FrozenEncoder,
  { batchSize = ENCODED_AT_ONCE, phase = 'encoding images', signal, onProgress }: EncodeOptions = {},
): AsyncGenerator<EncodedImages> {
  const size = encoder.imageSize;
  const load = (start: number): Promise<RgbImage[]> => {
    const places = Array.from({ length: Math.min(batchSize, count - start) }, (_, i) => start + i);
    const images = Promise.all(places.map(async (place) => imageAt(place)));
    images.catch(() => undefined); // an error is reported when the promise is awaited
    return images;
  };
  let next = load(0);
  for (let start = 0; start < count; start += batchSize) {
    const images = await next;
    if (start + batchSize < count) next = load(start + batchSize);
    await eventLoopTurn(); // otherwise Ctrl-C waits for the end
    if (signal?.aborted) throw new Interrupted(`stopped while ${phase}`);
    const pixels = pixelValues(images);
    yield { start, images, features: tf.tidy(() => encoder.encode(tf.tensor4d(pixels, [images.length, 3, size, size]))) };
    onProgress?.({ phase, done: start + images.length, total: count });
  }
}

/** Frozen features of all images at once, `[N, T, C]` each; the caller disposes of them. */
export async function encodeAll(
  count: number,
  imageAt: ImageAt,
  encoder: FrozenEncoder,
  options: EncodeOptions = {},
): Promise<tf.Tensor3D[]> {
  const batches: tf.Tensor3D[][] = [];
  try {
    for await (const { features } of encodeImages(count, imageAt, encoder, options)) batches.push(features);
    return tf.tidy(() => batches[0].map((_, layer) => tf.concat(batches.map((batch) => batch[layer]))));
  } finally {
    tf.dispose(batches);
  }
}
