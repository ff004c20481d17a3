import { z } from 'zod';
import type { Complete } from '../common/complete';
import { WINCLIP_STATES, WINCLIP_TEMPLATES } from './winclip/prompts';

const texts = z.array(z.string().min(1)).min(1);
const sigma = z.number().min(0).max(100);

/** Parameters of the baselines, each with the value of its paper as default, or that of its reference code where the paper has none. */
export const baselineSchema = z
  .object({
    /** Zero-shot CLIP (Radford et al. 2021, section 3.1). */
    zeroShotClip: z
      .object({
        /** Cosines are divided by it before the softmax; 0.07 is CLIP's value at the start of training. It orders nothing anew. */
        temperature: z.number().positive().max(100).default(0.07),
      })
      .strict()
      .default({}),
    /** WinCLIP (Jeong et al. 2023). */
    winclip: z
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
      .default({}),
    /** PatchCore (Roth et al. 2022). */
    patchcore: z
      .object({
        /** Side of the neighbourhood over which features are averaged, p, in patches. */
        neighbourhood: z.number().int().min(1).max(15).default(3),
        /** Share of the support set's patch features that the memory keeps (published: 0.25, 0.1 and 0.01). */
        coresetShare: z.number().positive().max(1).default(0.1),
        /** Dimensions of the random projection in which the coreset is chosen, d* (reference code: 128). */
        projection: z.number().int().min(1).max(4096).default(128),
        /** Neighbours b in the reweighting of the image's score (anomalib: 9; the paper names none); 1: no reweighting. */
        reweighting: z.number().int().min(1).max(1000).default(9),
        /** Standard deviation of the map's Gaussian blur in pixels; 0: none. */
        sigma: sigma.default(4),
      })
      .strict()
      .default({}),
    /** PaDiM (Defard et al. 2021). */
    padim: z
      .object({
        /** How many of the features, drawn at random, are kept (published: 100 of ResNet18's 448, 550 of Wide-ResNet-50's 1792). */
        dimensions: z.number().int().min(1).max(4096).default(100),
        /** ε, added to the diagonal of every covariance. */
        regularisation: z.number().positive().max(1e6).default(0.01),
        /** Standard deviation of the map's Gaussian blur in pixels; 0: none. */
        sigma: sigma.default(4),
      })
      .strict()
      .default({}),
    /** kNN on image embeddings, and on pixels. */
    knn: z
      .object({
        /** k (Bergman et al. 2020: 2); at most the size of the support set counts. */
        neighbours: z.number().int().min(1).max(10_000).default(2),
        /** Side in pixels to which images are shrunk for `pixel-knn`. */
        pixels: z.number().int().min(1).max(512).default(56),
      })
      .strict()
      .default({}),
  })
  .strict();

/** The parameters of all baselines. */
export type BaselineOptions = Complete<z.infer<typeof baselineSchema>>;
