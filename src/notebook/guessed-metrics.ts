import { METRICS } from '../metrics/metrics';

/**
 * The two metrics of the lessons' charts, whether and where, and what guessing would give: pixel AUPRO
 * counts up to 30 % false positives only, so its line of guessing lies at half of that.
 */
export const GUESSED = [
  { key: 'imageAuroc', title: METRICS.imageAuroc.title, chance: 0.5 },
  { key: 'pixelAupro', title: METRICS.pixelAupro.title, chance: 0.15 },
] as const;
