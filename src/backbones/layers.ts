import { UserError } from '../common/errors';

/**
 * The layers for the adapters of an encoder of any depth: at one half, three quarters and the end,
 * like 12, 18 and 24 of the 24 blocks of ViT-L/14.
 */
export function defaultLayers(depth: number): number[] {
  return [...new Set([0.5, 0.75, 1].map((share) => Math.max(1, Math.round(share * depth))))];
}

/** @throws UserError unless layers are distinct, in increasing order and within 1..depth */
export function checkLayers(layers: readonly number[], depth: number): void {
  const fine = layers.length > 0 && layers.every((l, i) => Number.isInteger(l) && l >= 1 && l <= depth && (i === 0 || l > layers[i - 1]));
  if (!fine)
    throw new UserError(`layers [${layers.join(', ')}]: expected increasing numbers from 1 to ${depth}, the depth of this image encoder`);
}
