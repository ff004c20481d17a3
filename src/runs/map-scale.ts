import { z } from 'zod';
import { UserError } from '../common/errors';
import { evenly } from '../common/evenly';
import { readJson, writeJson } from '../common/node/files';
import type { LongRun } from '../common/progress';
import { fingerprintsOf, keysOf } from '../datasets/fingerprints';
import { datasetHash, readDataset, type Dataset, type Sample } from '../datasets/layout';
import { METHODS } from '../methods/registry';
import { mapIdentity } from './identity';
import { filesOf, Pieces } from './pieces';
import { scoreBatches } from './score';
import { scoreApart } from './score-apart';
import { readSupport } from './run-start';
import { loadRun, type LoadedRun } from './load';

/**
 * The values at the ends of the colours of the anomaly maps of a run. A run has one such scale, so
 * that a picture looks the same in every call, report, notebook and figure.
 */
export interface MapScale {
  /** The name of the method. */
  method: string;
  /** Values below it are not coloured: 95 % of all pixels of normal images. */
  low: number;
  /**
   * The value of the last colour. 99.9 % of the pixels of normal images lie below two thirds of the
   * way from `low`.
   */
  high: number;
  /** The source of the scale as text: "16 normal training images outside the support set". */
  from: string;
  /** The number of these images; 0 if the scale is the range of the method's maps. */
  images: number;
}

/**
 * `RUN/map-scale.json`: a {@link MapScale}, and the hash of the parameters to which it belongs. A
 * run without one gets it when it is first needed.
 */
export const SCALE_FILE = 'map-scale.json';

/** An explanation for readers of the file. */
const RULE = '95 % of the pixels in the anomaly maps of these images lie below low, 99.9 % below two thirds of the way to high';

/** Largest number of images from which a scale is computed. */
const MOST_IMAGES = 32;
/** Largest number of values used per map; of 336 x 336 every second one is used. */
const MOST_VALUES = 2 ** 16;

const schema = z
  .object({ low: z.number().finite(), high: z.number().finite(), from: z.string(), images: z.number().int().min(0), of: z.string() })
  .refine(({ low, high }) => low < high);

/**
 * {@link mapScale} for a finished run that is not loaded, so that its folder has a scale.
 * @throws UserError if the run is missing or damaged, or the call is stopped
 */
export async function keepMapScale(run: string, options: LongRun = {}): Promise<MapScale | null> {
  const loaded = await loadRun(run);
  try {
    return await mapScale(loaded, options);
  } finally {
    loaded.dispose();
  }
}

/**
 * The colour scale of a run; null if its method has no maps. It is computed from normal images and
 * kept in the run folder, or read from there. If the folder cannot be written, it is computed again
 * at every call, with the same result.
 * @throws UserError if the call is stopped
 */
export async function mapScale(loaded: LoadedRun, options: LongRun = {}): Promise<MapScale | null> {
  const { record, folder, scorer } = loaded;
  if (!METHODS[record.config.method].maps) return null;
  const method = METHODS[record.config.method].label;
  const of = mapIdentity(loaded);
  const file = folder.file(SCALE_FILE);
  const kept = readScale(file, of);
  if (kept) return { method, ...kept };
  const dataset = homeOf(loaded);
  const found = dataset && (await takeScale(loaded, dataset, options));
  if (!found) {
    const [low, high] = scorer.mapRange ?? [0, 1];
    return {
      method,
      low,
      high,
      from: 'the bounds of its values, for normal images that the run was trained on are not at hand',
      images: 0,
    };
  }
  try {
    writeJson(file, { ...found, rule: RULE, of });
  } catch (error) {
    if (!(error instanceof UserError)) throw error; // a folder that cannot be written
  }
  return { method, ...found };
}

/** A kept scale; undefined if there is none, or it is damaged or belongs to other parameters. */
function readScale(file: string, of: string): Omit<MapScale, 'method'> | undefined {
  let content: unknown;
  try {
    content = readJson(file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
  const parsed = schema.safeParse(content);
  if (parsed.success === false || parsed.data.of !== of) return undefined;
  const { low, high, from, images } = parsed.data as Omit<MapScale, 'method'>;
  return { low, high, from, images };
}

/** The data set on which a run was trained; undefined if it is missing or has changed. */
export function homeOf({ record: { dataset } }: LoadedRun): Dataset | undefined {
  try {
    const found = readDataset(dataset);
    return datasetHash(found, dataset.hash) === dataset.hash ? found : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

/**
 * Computes the scale from normal training images that the run has not seen, else from the support
 * set; undefined without either.
 */
async function takeScale(loaded: LoadedRun, dataset: Dataset, options: LongRun): Promise<Omit<MapScale, 'method'> | undefined> {
  const { folder, record, scorer } = loaded;
  const { support } = readSupport(folder, dataset);
  const others = await heldOut(dataset, support, options);
  if (others.length + support.length === 0) return undefined;
  const learns = METHODS[record.config.method].epochs;
  const apart = others.length === 0 && !learns && support.length > 1;
  const values = apart
    ? await valuesApart(loaded, support, options)
    : await valuesOf(loaded, others.length > 0 ? others : support, options);
  const images = others.length > 0 ? others.length : support.length;
  const from =
    others.length === 0
      ? `the support set, ${images} normal image${images === 1 ? '' : 's'}${apart ? ', each by a fit to others of them' : ''}`
      : `${images} normal training image${images === 1 ? '' : 's'}${support.length > 0 ? ' outside the support set' : ''}`;
  return { ...scaleOf(values, scorer.mapRange), from, images };
}

/**
 * Training images that are neither in the support set nor copies of such images, whatever file
 * holds them; evenly spaced over the list if there are many.
 */
export async function heldOut(
  { train }: Dataset,
  support: readonly Sample[],
  { most = MOST_IMAGES, ...options }: LongRun & { most?: number } = {},
): Promise<Sample[]> {
  const seen = new Set(support.map(({ file }) => file));
  const others = evenly(
    train.filter(({ file }) => !seen.has(file)),
    most,
  );
  if (support.length === 0) return others;
  const run = { ...options, phase: 'comparing training images' };
  const known = new Set((await fingerprintsOf(support, run)).flatMap(keysOf));
  const prints = await fingerprintsOf(others, run);
  return others.filter((_, i) => !keysOf(prints[i]).some((key) => known.has(key)));
}

/**
 * Computes a scale from values of normal maps in any order. @param bounds - the range of all values
 */
export function scaleOf(values: Float32Array, bounds: readonly [number, number] | null): { low: number; high: number } {
  const rising = values.slice().sort();
  const at = (share: number): number => rising[Math.min(rising.length - 1, Math.floor(share * rising.length))];
  const [low, most] = [at(0.95), at(0.999)];
  const high = Math.min(most + (most - low) / 2, bounds?.[1] ?? Infinity);
  // rounded to four digits, since the last bits differ between machines
  const [from, to] = [low, high].map((value) => Number(value.toPrecision(4)));
  return { low: from, high: to > from ? to : from + Math.max(Math.abs(from) / 100, 1e-4) };
}

async function valuesOf({ scorer, view }: LoadedRun, samples: readonly Sample[], options: LongRun): Promise<Float32Array> {
  const taken: number[] = [];
  const files = samples.map(({ file }) => file);
  const pieces = await Pieces.of(filesOf(files), view);
  const batches = scoreBatches(pieces, scorer, { ...options, phase: 'scaling colours by normal images' });
  for await (const { images, maps } of batches) take(maps as Float32Array, images.length, taken);
  return Float32Array.from(taken);
}

/**
 * Maps of the support set for a method that compares with it. Each image is scored after a fit to
 * others, in at most four parts.
 */
async function valuesApart(loaded: LoadedRun, support: readonly Sample[], options: LongRun): Promise<Float32Array> {
  const taken: number[] = [];
  const apart = scoreApart(loaded, support, Math.min(4, support.length), { ...options, phase: 'scaling colours by normal images' });
  for await (const { scores, maps } of apart) take(maps as Float32Array, scores.length, taken);
  return Float32Array.from(taken);
}

/** Appends the values of maps, `[B, S, S]`, or a sufficient part of them. */
function take(values: Float32Array, count: number, into: number[]): void {
  const step = Math.ceil(values.length / count / MOST_VALUES);
  for (let i = 0; i < values.length; i += step) into.push(values[i]);
}
