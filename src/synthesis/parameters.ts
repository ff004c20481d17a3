import { z } from 'zod';
import type { Complete } from '../common/complete';
import { UserError } from '../common/errors';

const share = z.number().min(0).max(1);
const positive = z.number().positive().max(1e6);
const degrees = z.number().min(0).max(180);
const range = (value: z.ZodNumber) =>
  z.tuple([value, value]).refine(([lo, hi]) => lo <= hi, { message: 'the first number must not exceed the second' });

/** Sides of the shape as shares of the image's: both in (0, 1]. */
const sides = (minimum: number, maximum: number) => ({
  minimum: share.positive().default(minimum),
  maximum: share.positive().default(maximum),
});
const ordered = (v: { minimum?: number; maximum?: number }): boolean => v.minimum! < v.maximum!;
const order = { message: 'minimum must be less than maximum', path: ['minimum'] };

const radial = z
  .object({
    ...sides(0.2, 0.6),
    /** The exponent is 2 to a power uniform in this range. */
    exponentLog2: range(z.number().min(-10).max(10)).default([0.5, 2]),
  })
  .strict()
  .refine(ordered, order)
  .default({});

/**
 * All parameters of the synthesis, with the published values as defaults. Lengths are in pixels, angles in degrees
 * (uniform between minus and plus the value), changes in grey levels of an 8-bit image: for a 16-bit image they count
 * 65535 / 255 = 257 times as much.
 */
export const synthesisSchema = z
  .object({
    /** Probability that a second shape follows the first. */
    secondShapeProbability: share.default(0.5),
    /** The smooth shapes of CutPaste and both intensity tasks: noise above `threshold`, at least `minimumFill` of the box. */
    perlinShape: z
      .object({
        threshold: z.number().min(-2).max(2).default(0.3),
        minimumFill: share.default(0.2),
        rotation: degrees.default(90),
      })
      .strict()
      .default({}),
    /** The rectangles and ellipses of the other tasks: sides (sideOffset + Gamma(sideShape, sideScale)) of the image's. */
    simpleShape: z
      .object({
        ellipseProbability: share.default(0.5),
        sideOffset: share.default(0.03),
        sideShape: z.number().min(1).max(1000).default(2),
        sideScale: positive.default(0.1),
        shearSd: z.number().min(0).max(10).default(0.2),
        rotation: degrees.default(90),
      })
      .strict()
      .default({}),
    /** A patch of a support image, rotated and scaled by 1 + Exp(scaleMean) or its inverse. */
    cutpaste: z
      .object({
        ...sides(0.1, 0.6),
        rotation: degrees.default(45),
        scaleMean: z.number().min(0).max(100).default(0.1),
        /** The patch's box is at most this share of the support image. */
        maximumSource: share.positive().default(0.8),
        /** The label of a change d is 1 - exp(-d^2 / (2 labelSd^2)). */
        labelSd: positive.default(0.2),
      })
      .strict()
      .refine(ordered, order)
      .default({}),
    /** Brighter or darker by offset + Gamma(shape, scale), rising from 0 over a border of S (borderOffset + Gamma(borderShape, borderScale)). */
    smoothIntensity: z
      .object({
        ...sides(0.3, 0.8),
        offset: z.number().min(0).max(255).default(15),
        shape: z.number().min(1).max(1000).default(3),
        scale: z.number().min(0).max(255).default(30),
        borderOffset: share.default(0.02),
        borderShape: z.number().min(1).max(1000).default(3),
        borderScale: z.number().min(0).max(1).default(0.01),
      })
      .strict()
      .refine(ordered, order)
      .default({}),
    /** Brighter or darker by a share of the grey range within `change`, textured: noise blurred by one of `textureSigmas`. */
    gaussIntensityChange: z
      .object({
        ...sides(0.3, 0.8),
        change: range(share).default([0.4, 0.6]),
        textureSigmas: z.array(z.number().min(0.3).max(100)).min(1).max(100).default([4, 7]),
        blurSigma: range(z.number().min(0.3).max(100)).default([1, 4]),
      })
      .strict()
      .refine(ordered, order)
      .default({}),
    source: radial,
    sink: radial,
    identity: z
      .object({ ...sides(0.3, 0.8) })
      .strict()
      .refine(ordered, order)
      .default({}),
  })
  .strict()
  .default({});

/** What a caller may give: any part of the parameters. */
export type SynthesisOptions = z.input<typeof synthesisSchema>;

/** All parameters, complete. */
export type SynthesisParameters = Complete<z.output<typeof synthesisSchema>>;

/** The published values. */
export const PUBLISHED_PARAMETERS = synthesisSchema.parse({}) as SynthesisParameters;

/**
 * Completes and checks parameters.
 * @param where - what the error names: a file, or the key that holds them
 * @throws UserError on an unknown key, a wrong type or a value out of range: one line.
 */
export function synthesisParameters(options: unknown = {}, where = 'synthesis'): SynthesisParameters {
  const result = synthesisSchema.safeParse(options);
  if (result.success === true) return result.data as SynthesisParameters;
  const issue = result.error.issues[0];
  const key = [where, ...issue.path].join('.');
  throw new UserError(`${key}: ${issue.message}`);
}
