import type { CheckpointFiles } from './checkpoint/checkpoint-files';
import { hasWeights } from './checkpoint/weight-files';
import { clip } from './clip/family';
import { biomedClip } from './biomedclip/family';
import { dino } from './dino/family';
import type { Family } from './family';
import { openClip } from './open-clip/family';
import { siglip } from './siglip/family';

/** All families of backbones that can be read; the first that recognises a checkpoint reads it. */
export const FAMILIES: readonly Family[] = [clip, openClip, biomedClip, siglip, dino];

/**
 * The family of a checkpoint, by its files. Some folders hold one model in two formats: then the
 * one whose weights are there counts.
 * @returns CLIP's if none recognises it, so that errors name what a CLIP needs
 */
export function familyOf(files: CheckpointFiles): Family {
  const known = FAMILIES.filter((family) => family.recognises(files));
  return known.find((family) => hasWeights(files, family.weights)) ?? known[0] ?? clip;
}
