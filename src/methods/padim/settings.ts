import { z } from 'zod';
import type { Complete } from '../../common/complete';

const sigma = z.number().min(0).max(100);

/** PaDiM (Defard et al. 2021). */
export const padimSchema = z
  .object({
    /** How many of the features, drawn at random, are kept (published: 100 of ResNet18's 448, 550 of Wide-ResNet-50's 1792). */
    dimensions: z.number().int().min(1).max(4096).default(100),
    /** ε, added to the diagonal of every covariance. */
    regularisation: z.number().positive().max(1e6).default(0.01),
    /** Standard deviation of the map's Gaussian blur in pixels; 0: none. */
    sigma: sigma.default(4),
  })
  .strict()
  .default({});

/** The same, checked and complete. */
export type PadimOptions = Complete<z.infer<typeof padimSchema>>;
