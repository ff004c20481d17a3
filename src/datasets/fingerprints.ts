import { UserError } from '../common/errors';
import { sha256 } from '../common/node/files';
import { decodeImage, readImageBytes } from '../image/node/decode';
import type { Raster } from '../image/image';
import { pixelHash } from './duplicates';

/** Takes an image that was decoded, for whom it saves decoding it again. */
export type OnDecoded = (file: string, raster: Raster) => void;

/** What tells an image from others. */
export interface Fingerprint {
  /** SHA-256 of the file. */
  bytes: string;
  /** {@link pixelHash}; nothing where the file cannot be decoded. */
  pixels?: string;
}

/** The pixels of files that this process has decoded, by their bytes. */
const decoded = new Map<string, string>();

/** Keeps the fingerprint of an image that was decoded for another reason. */
export function keepFingerprint(bytes: Uint8Array, raster: Raster): void {
  const key = sha256(bytes);
  if (!decoded.has(key)) decoded.set(key, pixelHash(raster));
}

/**
 * The fingerprint of an image; a process decodes the same bytes once.
 * @param onDecoded - called with the image where it is decoded here
 * @throws UserError where the file cannot be read
 */
export async function fingerprintOf(file: string, onDecoded?: OnDecoded): Promise<Fingerprint> {
  const content = readImageBytes(file);
  const bytes = sha256(content);
  if (!decoded.has(bytes)) {
    try {
      const { raster } = await decodeImage(content, file);
      decoded.set(bytes, pixelHash(raster));
      onDecoded?.(file, raster);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { bytes }; // a training image that no run draws may be damaged
    }
  }
  return { bytes, pixels: decoded.get(bytes) };
}
