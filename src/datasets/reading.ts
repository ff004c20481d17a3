import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../common/checked';
import { readJson } from '../common/node/files';

/** How DICOM, NIfTI and TIFF stacks were read; what is absent was left to the files. */
export const readingSchema = z.object({
  window: z.string().optional(),
  axis: z.string().optional(),
  volume: z.number().int().min(0).optional(),
});
export type Reading = z.infer<typeof readingSchema>;

/** The file in a prepared data set that says how it was made. */
export const PREPARED_FILE = 'prepared.json';
/** A report of thousands of images with their windows. */
const MOST_BYTES = 256 * 2 ** 20;
const schema = z.object({ reading: readingSchema.optional() });
const windowsSchema = z.object({ images: z.array(z.object({ filename: z.string(), window: z.string().optional() })).optional() });

/**
 * How the scanner files of a prepared data set were read; undefined if it holds none, or was not
 * prepared here.
 * @throws UserError if its report is damaged
 */
export function preparedReading(dir: string): Reading | undefined {
  return reportOf(dir, schema)?.reading;
}

/**
 * The windows of the slices of a prepared data set, in words, by their paths in it:
 * `images/test/normal/0.png`. None if it was not prepared here.
 * @throws UserError if its report is damaged
 */
export function preparedWindows(dir: string): Map<string, string> {
  const images = reportOf(dir, windowsSchema)?.images ?? [];
  return new Map(images.flatMap(({ filename, window }) => (window === undefined ? [] : [[filename, window] as const])));
}

function reportOf<T>(dir: string, what: z.ZodType<T, z.ZodTypeDef, unknown>): T | undefined {
  const file = path.join(dir, PREPARED_FILE);
  return fs.existsSync(file) ? checked(what, readJson(file, MOST_BYTES), file, 'prepare the data set again') : undefined;
}
