import { z } from 'zod';
import type { Complete } from '../../common/complete';
import { WINCLIP_STATES, WINCLIP_TEMPLATES } from './prompts';

const texts = z.array(z.string().min(1)).min(1);

/** WinCLIP (Jeong et al. 2023). */
export const winclipSchema = z
  .object({
    /** Compare with the support images too (WinCLIP+, default); false: language alone, the support set is not looked at. */
    fewShot: z.boolean().default(true),
    /** Sides of the windows in patches, stride 1 (published: 2 and 3, beside the whole image). */
    windows: z.array(z.number().int().min(1).max(64)).min(1).max(8).default([2, 3]),
    /** As in CLIP's first training step, and in anomalib's WinCLIP. */
    temperature: z.number().positive().max(100).default(0.07),
    /** What the images show, for `[o]` in the states; null: the data set's name in words. */
    object: z.string().min(1).nullable().default(null),
    /** Phrases for the two states of an object `[o]`; default the paper's. */
    states: z.object({ normal: texts, abnormal: texts }).strict().default(WINCLIP_STATES),
    /** Sentences around a state `[c]`; default the paper's 22. */
    templates: texts.default(WINCLIP_TEMPLATES),
  })
  .strict()
  .default({});

/** The same, checked and complete. */
export type WinclipOptions = Complete<z.infer<typeof winclipSchema>>;
