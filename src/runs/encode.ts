import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { Interrupted } from '../common/errors';
import type { LongRun } from '../common/progress';
import { tf } from '../common/tf';
import type { RgbImage } from '../image/image';
import { pixelValues } from '../image/pixel-values';
import type { Pieces } from './pieces';

/** Number of images encoded at a time. */
export const ENCODED_AT_ONCE = 8;

/** Options for encoding images. */
export interface EncodeOptions extends LongRun {
  /** Number of pieces encoded at a time (default 8). The last bits of a result can depend on it. */
  batchSize?: number;
  /** Name of the phase in progress reports: "encoding test images". */
  phase?: string;
  /** Gets the picture of each image as soon as its last piece is loaded ({@link Pieces.load}). */
  pictures?: Map<number, RgbImage>;
}

/** A batch of pieces with its frozen features. */
export interface EncodedImages {
  /** Index of the first piece. */
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
  pieces: Pieces,
  encoder: FrozenEncoder,
  { batchSize = ENCODED_AT_ONCE, phase = 'encoding images', pictures, signal, onProgress }: EncodeOptions = {},
): AsyncGenerator<EncodedImages> {
  const { count } = pieces;
  const size = encoder.imageSize;
  const load = (start: number): Promise<RgbImage[]> => {
    const places = Array.from({ length: Math.min(batchSize, count - start) }, (_, i) => start + i);
    const images = Promise.all(places.map((place) => pieces.load(place, pictures)));
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
    onProgress?.({ phase, done: pieces.imagesIn(start + images.length), total: pieces.images });
  }
}

/** Frozen features of all pieces at once, `[N, T, C]` each; the caller disposes of them. */
export async function encodeAll(pieces: Pieces, encoder: FrozenEncoder, options: EncodeOptions = {}): Promise<tf.Tensor3D[]> {
  const batches: tf.Tensor3D[][] = [];
  try {
    for await (const { features } of encodeImages(pieces, encoder, options)) batches.push(features);
    return tf.tidy(() => batches[0].map((_, layer) => tf.concat(batches.map((batch) => batch[layer]))));
  } finally {
    tf.dispose(batches);
  }
}
