import { z } from 'zod';

// Schemas that the parameters of several tasks and shapes share.

/** A share, 0 to 1. */
export const share = z.number().min(0).max(1);
/** A scale above 0. */
export const positive = z.number().positive().max(1e6);
/** An angle in degrees; shapes are rotated by up to this in either direction. */
export const degrees = z.number().min(0).max(180);

/** Two numbers, the first not above the second. */
export const range = (value: z.ZodNumber) =>
  z.tuple([value, value]).refine(([lo, hi]) => lo <= hi, { message: 'the first number must not exceed the second' });

/** Sides of a shape as shares of the image's, both in (0, 1]. */
export const sides = (minimum: number, maximum: number) => ({
  minimum: share.positive().default(minimum),
  maximum: share.positive().default(maximum),
});

/** Whether the sides are in order. */
export const ordered = (v: { minimum?: number; maximum?: number }): boolean => v.minimum! < v.maximum!;
/** The message if they are not. */
export const order = { message: 'minimum must be less than maximum', path: ['minimum'] };
