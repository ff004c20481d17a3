import { z } from 'zod';
import type { Complete } from '../../common/complete';

const sigma = z.number().min(0).max(100);

/** Settings of PaDiM (Defard et al. 2021). */
export const padimSchema = z
  .object({
    /**
     * Number of features that are kept, sampled at random (published: 100 of ResNet18's 448, 550 of
     * Wide-ResNet-50's 1792).
     */
    dimensions: z.number().int().min(1).max(4096).default(100),
    /** ε, added to the diagonal of every covariance. */
    regularisation: z.number().positive().max(1e6).default(0.01),
    /** Standard deviation of the map's Gaussian blur in pixels; 0: none. */
    sigma: sigma.default(4),
  })
  .strict()
  .default({});

/** The settings, checked and complete. */
export type PadimOptions = Complete<z.infer<typeof padimSchema>>;
