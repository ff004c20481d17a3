import { z } from 'zod';
import type { Complete } from '../../common/complete';

/** Settings of kNN on image embeddings and on pixels. */
export const knnSchema = z
  .object({
    /** k (Bergman et al. 2020: 2); limited to the size of the support set. */
    neighbours: z.number().int().min(1).max(10_000).default(2),
    /** Side, in pixels, of the shrunken images for `pixel-knn`. */
    pixels: z.number().int().min(1).max(512).default(56),
  })
  .strict()
  .default({});

/** The settings, checked and complete. */
export type KnnOptions = Complete<z.infer<typeof knnSchema>>;
