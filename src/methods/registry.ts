import { z } from 'zod';
import type { Backbone } from '../backbones/backbone';
import type { Complete } from '../common/complete';
import { knn, pixelKnn } from './knn/method';
import { meanIntensity } from './mean-intensity/method';
import { mediclip } from './mediclip/method';
import type { Detector, MethodFacts, Parts } from './method';
import { padim } from './padim/method';
import { patchcore } from './patchcore/method';
import { winclip } from './winclip/method';
import { zeroShotClip } from './zero-shot-clip/method';

/** The methods that are fitted at once, in the order of help and settings. A new one is a folder and its place here. */
const DETECTORS = [zeroShotClip, winclip, patchcore, padim, knn, pixelKnn, meanIntensity] as const;

type DetectorEntry = (typeof DETECTORS)[number];

export type MethodName = (typeof mediclip)['name'] | DetectorEntry['name'];

/** The methods that a run can use: MediCLIP, and those it is compared with. */
export const METHOD_NAMES = [mediclip.name, ...DETECTORS.map(({ name }) => name)] as [MethodName, ...MethodName[]];

/** What is known of each method. */
export const METHODS = Object.fromEntries([mediclip, ...DETECTORS].map((entry) => [entry.name, entry])) as Record<MethodName, MethodFacts>;

type Schemas = { [Entry in DetectorEntry as Entry['settings']['key']]: Entry['settings']['schema'] };

/** The settings of all detectors, each with the value of its paper as default, or that of its reference code where the paper has none. */
export const baselineSchema = z
  .object(Object.fromEntries(DETECTORS.map(({ settings }) => [settings.key, settings.schema])) as Schemas)
  .strict();

/** The same, checked and complete. */
export type BaselineOptions = Complete<z.infer<typeof baselineSchema>>;

/** The part of a run's configuration that decides a detector. */
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
 * The method that a configuration names, not yet fitted.
 * @throws UserError where a layer or prompt does not suit the model
 */
export function createDetector(backbone: Backbone, config: DetectorConfig, dataset: string): Detector {
  const { settings, create } = entryOf(config.method);
  const { seed, layers, prompts } = config;
  return create({ backbone, dataset, seed, layers, prompts, options: config.baseline[settings.key] as never });
}

/** Whether a method looks at training images at all. */
export function seesTraining({ method, baseline }: Pick<DetectorConfig, 'method' | 'baseline'>): boolean {
  if (METHODS[method].epochs) return true;
  const { settings, seesTraining: sees } = entryOf(method);
  return sees?.(baseline[settings.key] as never) ?? true;
}
