import { z } from 'zod';
import type { Complete } from '../../common/complete';

/** Settings of AnomalyDINO (Damm et al. 2025). */
export const anomalydinoSchema = z
  .object({
    /**
     * Turns of each training image that enter the memory, in equal steps of a full turn (published:
     * 8, by 45 degrees, if the orientation of the object is not known); 1: only the image as it is.
     */
    rotations: z.number().int().min(1).max(360).default(8),
    /**
     * Leave patches of the background out of the scores. The paper decides this for every object by
     * looking at masks of training images; it does not for textures or where the mask is wrong.
     */
    masking: z.boolean().default(false),
    /** Least value of the first principal component in the foreground; for DINOv2's tokens. */
    maskThreshold: z.number().min(0).max(1e6).default(10),
    /** Share of the patches, those most distant, whose mean is the score of an image. */
    topShare: z.number().positive().max(1).default(0.01),
    /** Standard deviation of the map's Gaussian blur in pixels; 0: none. */
    sigma: z.number().min(0).max(100).default(4),
  })
  .strict()
  .default({});

/** The settings, checked and complete. */
export type AnomalydinoOptions = Complete<z.infer<typeof anomalydinoSchema>>;
