import { asLossOf010, type LossWeights } from '../methods/mediclip/losses';
import { METHODS, type MethodName } from '../methods/registry';
import { trainingConfig, WHOLE_SETTINGS, type TrainingConfig } from './config';

/** A method, and the settings that differ from the published ones. */
export interface Variant {
  method: MethodName;
  /**
   * The changed settings by their dotted paths: `{ contextTokens: 0 }`, `{
   * 'baseline.winclip.fewShot': false }`.
   */
  changed: Readonly<Record<string, unknown>>;
}

/** Settings of the length and size of a run, which do not change the method. */
const SCALE = ['method', 'shots', 'seed', 'epochs', 'batchSize', 'imageSize', 'protocol', 'watch'];

/**
 * The variant of a configuration. Settings that only determine the size of the run (shots, seed,
 * epochs, batch, image size, protocol) are left out, and so are those that do not affect the
 * method.
 */
export function variantOf(config: TrainingConfig): Variant {
  const published = trainingConfig({}) as unknown as Record<string, unknown>;
  const { keys } = METHODS[config.method];
  const counts = (key: string): boolean => !SCALE.includes(key) && (keys?.includes(key) ?? true);
  const changed = Object.entries(config)
    .filter(([key]) => counts(key))
    .flatMap(([key, value]) => differences(key, value, published[key]));
  return { method: config.method, changed: Object.fromEntries(changed) };
}

function differences(path: string, value: unknown, published: unknown): [string, unknown][] {
  if (JSON.stringify(value) === JSON.stringify(published)) return [];
  if (!isObject(value) || !isObject(published) || WHOLE_SETTINGS.includes(path)) return [[path, value]];
  return Object.entries(value).flatMap(([key, part]) => differences(`${path}.${key}`, part, published[key]));
}

/** True if nothing differs from the published settings. */
export function isPublished({ changed }: Pick<Variant, 'changed'>): boolean {
  return Object.keys(changed).length === 0;
}

/** The changed settings in a few words: `loss focal, layers 2+3`; empty if nothing is changed. */
export function changesInWords({ changed }: Pick<Variant, 'changed'>): string {
  return Object.entries(changed)
    .map(([path, value]) => (path === 'losses' ? lossesInWords(value as LossWeights) : `${path.replaceAll('.', ' ')} ${inWords(value)}`))
    .join(', ');
}

/**
 * In the words of version 0.1.0 where possible, so that tables keep their words: `loss focal`, else
 * `losses focal 1 dice 0.5`.
 */
function lossesInWords(weights: LossWeights): string {
  const loss = asLossOf010(weights);
  return loss === undefined ? `losses ${inWords(weights)}` : `loss ${loss}`;
}

/**
 * A variant in a few words, unique for each variant: `mediclip`, `mediclip: loss focal`, `winclip:
 * baseline winclip fewShot false`.
 */
export function variantInWords(variant: Variant): string {
  return isPublished(variant) ? variant.method : `${variant.method}: ${changesInWords(variant)}`;
}

/** The display name of a variant: `PatchCore`, `MediCLIP: loss focal`, `WinCLIP, zero-shot`. */
export function variantLabel(variant: Variant): string {
  const { label, variants = [] } = METHODS[variant.method];
  const known = variants.find(({ changed }) => JSON.stringify(changed) === JSON.stringify(variant.changed));
  return known?.label ?? (isPublished(variant) ? label : `${label}: ${changesInWords(variant)}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join('+');
  if (!isObject(value)) return String(value);
  return Object.entries(value)
    .map(([key, part]) => `${key} ${inWords(part)}`)
    .join(' ');
}
