import { METRICS } from '../metrics/metrics';
import { CHANCE } from '../plots/shared-axis';

/** The two metrics of the lessons' charts, whether and where, and what guessing would give. */
export const GUESSED = [
  { key: 'imageAuroc', title: METRICS.imageAuroc.title, chance: CHANCE.auroc },
  { key: 'pixelAupro', title: METRICS.pixelAupro.title, chance: CHANCE.aupro },
] as const;
