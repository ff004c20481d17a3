import { COLOURS } from '../drawing/style';
import { METRICS } from '../metrics/metrics';
import { metricOf, type GridPoint } from './metric-grid';

/** The part of an axis that holds all values, with its ticks. */
export interface SharedAxis {
  scale: { domain: [number, number]; nice: false; zero: false };
  axis: { values: number[]; format: string };
}

const STEPS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
/** The least length of an axis, so that chance differences do not look large. */
const LEAST = 0.02;

/**
 * An axis for several panels that are compared: it holds all values, and begins and ends at a tick.
 * @param steps - the most steps between ticks
 * @param limits - beyond which there are no values, default those of metrics
 */
export function sharedAxis(values: readonly number[], steps = 6, limits: readonly [number, number] = [0, 1]): SharedAxis {
  const [least, most] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : limits;
  const room = Math.max(0, LEAST - (most - least)) / 2;
  const [low, high] = [Math.max(limits[0], least - room), Math.min(limits[1], most + room)];
  const stepsOf = (step: number): [number, number] => [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const step = STEPS.find((one) => stepsOf(one)[1] - stepsOf(one)[0] <= steps) ?? STEPS[STEPS.length - 1];
  const [from, to] = stepsOf(step);
  const end = Math.max(to, from + 1);
  const at = (i: number): number => Number((i * step).toFixed(3));
  return {
    scale: { domain: [at(from), at(end)], nice: false, zero: false },
    axis: {
      values: Array.from({ length: end - from + 1 }, (_, i) => at(from + i)),
      format: step < 0.01 ? '.3f' : step < 0.1 ? '.2f' : '.1f',
    },
  };
}

/** The ends of one standard deviation around a mean, within the [0, 1] of metrics; none: the mean. */
export function spreadOf({ mean, sd }: { mean: number; sd: number | null }): { low: number; high: number } {
  return { low: Math.max(0, mean - (sd ?? 0)), high: Math.min(1, mean + (sd ?? 0)) };
}

/** The axis of each metric, which all its panels share, by its title. */
export function sharedAxes(points: readonly (GridPoint & { mean: number; sd: number | null })[], steps = 6): Map<string, SharedAxis> {
  const metrics = [...new Set(points.map(metricOf))];
  const ends = (metric: string): number[] => points.flatMap((p) => (metricOf(p) === metric ? Object.values(spreadOf(p)) : []));
  return new Map(metrics.map((metric) => [metric, sharedAxis(ends(metric), steps)]));
}

/** The line of chance; nothing where a metric has none, or where it lies beyond the axis. */
export function chanceLine(metric: string, along: 'x' | 'y', { scale }: SharedAxis): object[] {
  const [low, high] = scale.domain;
  const chance = chanceOf(metric);
  if (chance === undefined || low > chance || high < chance) return [];
  const encoding = { [along]: { datum: chance, type: 'quantitative' } };
  return [{ mark: { type: 'rule', color: CHANCE_STYLE.colour, strokeDash: CHANCE_STYLE.dash, strokeWidth: 1.5 }, encoding }];
}

/** What a legend says of {@link chanceLine}, if a panel has one. */
export function chanceEntry(axes: ReadonlyMap<string, SharedAxis>): (typeof CHANCE_STYLE)[] {
  return [...axes].some(([metric, axis]) => chanceLine(metric, 'x', axis).length > 0) ? [CHANCE_STYLE] : [];
}

/** How lines of chance look. */
export const CHANCE_STYLE = { label: 'chance', colour: COLOURS.chance, dash: [1, 3] };

/** The values of scores without meaning. AUPRO counts up to 30 % false positives only. */
export const CHANCE = { auroc: 0.5, aupro: 0.15 };

/** @param metric - title of a metric */
function chanceOf(metric: string): number | undefined {
  return metric.endsWith('AUROC') ? CHANCE.auroc : metric === METRICS.pixelAupro.title ? CHANCE.aupro : undefined;
}
