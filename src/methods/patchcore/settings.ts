import { z } from 'zod';
import type { Complete } from '../../common/complete';

const sigma = z.number().min(0).max(100);

/** Settings of PatchCore (Roth et al. 2022). */
export const patchcoreSchema = z
  .object({
    /** Side of the neighbourhood over which features are averaged, p, in patches. */
    neighbourhood: z.number().int().min(1).max(15).default(3),
    /**
     * Fraction of the patch features of the support set that the memory keeps (published: 0.25, 0.1
     * and 0.01).
     */
    coresetShare: z.number().positive().max(1).default(0.1),
    /**
     * Dimensions of the random projection in which the coreset is chosen, d* (reference code: 128).
     */
    projection: z.number().int().min(1).max(4096).default(128),
    /**
     * Neighbours b in the reweighting of the image's score (anomalib: 9; the paper gives none); 1:
     * no reweighting.
     */
    reweighting: z.number().int().min(1).max(1000).default(9),
    /** Standard deviation of the map's Gaussian blur in pixels; 0: none. */
    sigma: sigma.default(4),
  })
  .strict()
  .default({});

/** The settings, checked and complete. */
export type PatchcoreOptions = Complete<z.infer<typeof patchcoreSchema>>;
