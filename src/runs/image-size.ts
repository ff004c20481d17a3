import os from 'node:os';
import type { BackboneFacts } from '../backbones/backbone';
import { gigabytes } from '../common/bytes';
import { UserError } from '../common/errors';
import type { TrainingConfig } from './config';

/**
 * Checks before any work whether images of this size can be encoded at all. The attention of a
 * single image, one number for every pair of tokens and every head, must fit into memory.
 * @param memory - bytes (default: all that this process may use)
 * @throws UserError naming the largest size that would
 */
export function checkImageSize(
  { imageSize }: Pick<TrainingConfig, 'imageSize'>,
  { patchSize: patch, heads }: Pick<BackboneFacts, 'patchSize' | 'heads'>,
  memory = memoryOfProcess(),
): void {
  const attention = (size: number): number => (Math.floor(size / patch) ** 2 + 1) ** 2 * heads * 4;
  if (attention(imageSize) <= memory) return;
  let fits = imageSize;
  while (fits > patch && attention(fits) > memory) fits -= patch;
  throw new UserError(
    `imageSize (--image-size): ${imageSize} pixels need more than ${gigabytes(attention(imageSize))} per image with this model, but there are only ${gigabytes(memory)}; choose ${fits} or less`,
    2,
  );
}

/** Bytes of memory that this process may use, of the machine or of its container. */
function memoryOfProcess(): number {
  const allowed = process.constrainedMemory?.() ?? 0;
  return allowed > 0 ? Math.min(allowed, os.totalmem()) : os.totalmem();
}
