import { trainingConfig, type TrainingConfig } from '../training/config';

/** Settings that say how long and how large, not which method it is. */
const SCALE = ['method', 'shots', 'seed', 'epochs', 'batchSize', 'imageSize', 'protocol', 'watch'];

/**
 * In a few words, how settings differ from the published ones; the size of the run (shots, seed, epochs, batch, image size, protocol)
 * is left out. `mediclip` for none, `mediclip: loss focal`, `patchcore`.
 */
export function describeConfig(config: TrainingConfig): string {
  const method = methodOf(config);
  const published = trainingConfig({}) as unknown as Record<string, unknown>;
  const differences = Object.entries(config)
    .filter(([key, value]) => !SCALE.includes(key) && JSON.stringify(value) !== JSON.stringify(published[key]))
    .map(([key, value]) => `${key} ${inWords(value)}`);
  return differences.length === 0 ? method : `${method}: ${differences.join(', ')}`;
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join('+');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, part]) => `${key} ${inWords(part)}`)
    .join(' ');
}

/** The method that a configuration asks for. */
export function methodOf(config: TrainingConfig): string {
  return (config as TrainingConfig & { method?: string }).method ?? 'mediclip';
}
