import { z } from 'zod';
import type { Complete } from '../../common/complete';

/** Settings of zero-shot CLIP (Radford et al. 2021, section 3.1). */
export const zeroShotClipSchema = z
  .object({
    /**
     * Cosines are divided by it before the softmax; 0.07 is CLIP's value at the start of training.
     * It does not change the order of scores.
     */
    temperature: z.number().positive().max(100).default(0.07),
  })
  .strict()
  .default({});

/** The settings, checked and complete. */
export type ZeroShotClipOptions = Complete<z.infer<typeof zeroShotClipSchema>>;
