import { UserError } from '../common/errors';
import { type LongRun, stopIfAsked } from '../common/progress';
import { decodeImage, readImageBytes } from '../image/node/decode';
import type { Raster } from '../image/image';
import { imageHash } from '../image/node/image-identity';
import { pixelHash } from './duplicates';

/** Receives an image that was decoded, so that it need not be decoded again. */
export type OnDecoded = (file: string, raster: Raster) => void;

/** Hashes that identify an image. */
export interface Fingerprint {
  /** {@link imageHash} */
  bytes: string;
  /** {@link pixelHash}; undefined if the file cannot be decoded. */
  pixels?: string;
}

/** Number of files that are read at a time. */
const BATCH = 8;

/** The hashes by which an image is found: images that share one are the same. */
export function keysOf({ bytes, pixels }: Fingerprint): string[] {
  return pixels === undefined ? [bytes] : [bytes, pixels];
}

/** Pixel hashes of the files that this process has decoded, by the hash of their bytes. */
const decoded = new Map<string, string>();

/** Keeps the fingerprint of an image that was decoded for another purpose. */
export function keepFingerprint(file: string, content: Uint8Array, raster: Raster): void {
  const key = imageHash(file, content);
  if (!decoded.has(key)) decoded.set(key, pixelHash(raster));
}

/**
 * The fingerprint of an image. A process decodes the same bytes only once.
 * @param onDecoded - called with the image if it is decoded here
 * @throws UserError if the file cannot be read
 */
export async function fingerprintOf(file: string, onDecoded?: OnDecoded): Promise<Fingerprint> {
  const content = readImageBytes(file);
  const bytes = imageHash(file, content);
  if (!decoded.has(bytes)) {
    try {
      const { raster } = await decodeImage(content, file);
      decoded.set(bytes, pixelHash(raster));
      onDecoded?.(file, raster);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { bytes }; // a training image that no run samples may be damaged
    }
  }
  return { bytes, pixels: decoded.get(bytes) };
}

/** The {@link fingerprintOf} of each image. */
export async function fingerprintsOf(
  samples: readonly { file: string }[],
  { phase, ...run }: LongRun & { phase: string },
  onDecoded?: OnDecoded,
): Promise<Fingerprint[]> {
  const found: Fingerprint[] = [];
  for (let start = 0; start < samples.length; start += BATCH) {
    stopIfAsked(run);
    found.push(...(await Promise.all(samples.slice(start, start + BATCH).map(({ file }) => fingerprintOf(file, onDecoded)))));
    run.onProgress?.({ phase, done: found.length, total: samples.length });
  }
  return found;
}
