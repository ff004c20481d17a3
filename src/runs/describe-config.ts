import { trainingConfig, type TrainingConfig } from './config';

/** Settings that say how long and how large, not which method it is. */
const SCALE = ['method', 'shots', 'seed', 'epochs', 'batchSize', 'imageSize', 'protocol', 'watch'];

/** Settings that count for methods that learn nothing. */
const OF_BASELINES = ['baseline', 'layers', 'prompts'];

/** Settings that count as a whole: naming single keys of them would mislead. */
const WHOLE = ['tasks', 'prompts'];

/**
 * In a few words, how settings differ from the published ones; the size of the run (shots, seed, epochs, batch, image size, protocol)
 * is left out, and so is what does not count for the method. `mediclip` for none, `mediclip: loss focal`, `winclip: baseline winclip fewShot false`.
 */
export function describeConfig(config: TrainingConfig): string {
  const published = trainingConfig({}) as unknown as Record<string, unknown>;
  const counts = (key: string): boolean => !SCALE.includes(key) && (config.method === 'mediclip' || OF_BASELINES.includes(key));
  const words = Object.entries(config)
    .filter(([key]) => counts(key))
    .flatMap(([key, value]) => differences(key, value, published[key]));
  return words.length === 0 ? config.method : `${config.method}: ${words.join(', ')}`;
}

function differences(name: string, value: unknown, published: unknown): string[] {
  if (JSON.stringify(value) === JSON.stringify(published)) return [];
  if (!isObject(value) || !isObject(published) || WHOLE.includes(name)) return [`${name} ${inWords(value)}`];
  return Object.entries(value).flatMap(([key, part]) => differences(`${name} ${key}`, part, published[key]));
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
