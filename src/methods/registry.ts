import { z } from 'zod';
import type { Backbone } from '../backbones/backbone';
import type { Complete } from '../common/complete';
import { anomalydino } from './anomalydino/method';
import { knn, pixelKnn } from './knn/method';
import { meanIntensity } from './mean-intensity/method';
import { mediclip } from './mediclip/method';
import type { Detector, MethodFacts, Parts } from './method';
import { padim } from './padim/method';
import { patchcore } from './patchcore/method';
import { winclip } from './winclip/method';
import { zeroShotClip } from './zero-shot-clip/method';

/**
 * The methods that are fitted at once, in the order of help texts and settings. A new method is one
 * folder and one entry here.
 */
const DETECTORS = [zeroShotClip, winclip, patchcore, padim, anomalydino, knn, pixelKnn, meanIntensity] as const;

type DetectorEntry = (typeof DETECTORS)[number];

export type MethodName = (typeof mediclip)['name'] | DetectorEntry['name'];

/** The methods that a run can use: MediCLIP and the methods for comparison. */
export const METHOD_NAMES = [mediclip.name, ...DETECTORS.map(({ name }) => name)] as [MethodName, ...MethodName[]];

/** The facts of each method. */
export const METHODS = Object.fromEntries([mediclip, ...DETECTORS].map((entry) => [entry.name, entry])) as Record<MethodName, MethodFacts>;

type Schemas = { [Entry in DetectorEntry as Entry['settings']['key']]: Entry['settings']['schema'] };

/**
 * The settings of all detectors. The defaults are those of the papers, or of the reference code if
 * the paper gives none.
 */
export const baselineSchema = z
  .object(Object.fromEntries(DETECTORS.map(({ settings }) => [settings.key, settings.schema])) as Schemas)
  .strict();

/** The settings, checked and complete. */
export type BaselineOptions = Complete<z.infer<typeof baselineSchema>>;

/** The part of the configuration of a run that determines a detector. */
export interface DetectorConfig extends Omit<Parts<never>, 'backbone' | 'dataset' | 'options'> {
  method: MethodName;
  baseline: BaselineOptions;
}

function entryOf(method: MethodName): DetectorEntry {
  const entry = DETECTORS.find(({ name }) => name === method);
  if (!entry) throw new Error(`${method} is not fitted at once`);
  return entry;
}

/**
 * Creates the method that a configuration names, not yet fitted.
 * @throws UserError if a layer or prompt does not suit the model
 */
export function createDetector(backbone: Backbone, config: DetectorConfig, dataset: string): Detector {
  const { settings, create } = entryOf(config.method);
  const { seed, layers, prompts } = config;
  return create({ backbone, dataset, seed, layers, prompts, options: config.baseline[settings.key] as never });
}

/** True if a method uses training images at all. */
export function seesTraining({ method, baseline }: Pick<DetectorConfig, 'method' | 'baseline'>): boolean {
  if (METHODS[method].epochs) return true;
  const { settings, seesTraining: sees } = entryOf(method);
  return sees?.(baseline[settings.key] as never) ?? true;
}
