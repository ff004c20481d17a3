import { z } from 'zod';
import type { Complete } from '../../common/complete';
import { WINCLIP_STATES, WINCLIP_TEMPLATES } from './prompts';

const texts = z.array(z.string().min(1)).min(1);

/** Settings of WinCLIP (Jeong et al. 2023). */
export const winclipSchema = z
  .object({
    /**
     * Compare with the support images too (WinCLIP+, default); false: language only, the support
     * set is not used.
     */
    fewShot: z.boolean().default(true),
    /**
     * Sides of the windows in patches, stride 1 (published: 2 and 3, in addition to the whole
     * image).
     */
    windows: z.array(z.number().int().min(1).max(64)).min(1).max(8).default([2, 3]),
    /**
     * Temperature of the softmax; the default is that of CLIP's first training step and of
     * anomalib's WinCLIP.
     */
    temperature: z.number().positive().max(100).default(0.07),
    /**
     * What the images show, for `[o]` in the states; null: derived from the name of the data set.
     */
    object: z.string().min(1).nullable().default(null),
    /** Phrases for the two states of an object `[o]`; default: those of the paper. */
    states: z.object({ normal: texts, abnormal: texts }).strict().default(WINCLIP_STATES),
    /** Sentences around a state `[c]`; default: the paper's 22. */
    templates: texts.default(WINCLIP_TEMPLATES),
  })
  .strict()
  .default({});

/** The settings, checked and complete. */
export type WinclipOptions = Complete<z.infer<typeof winclipSchema>>;
