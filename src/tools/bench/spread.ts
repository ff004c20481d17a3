import { median } from '../../common/averages';
import { Interrupted } from '../../common/errors';
import type { LongRun } from '../../common/progress';

/** Several measurements of one thing. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  values: number[];
}

/** The spread of at least one value. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('a spread of nothing');
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), values: [...values] };
}

/** f of each value. */
export function mapSpread({ values }: Spread, f: (value: number) => number): Spread {
  return spread(values.map(f));
}

/** a / b of values measured one after the other. */
export function ratios(a: Spread, b: Spread): Spread {
  return spread(a.values.map((value, i) => value / b.values[i]));
}

/**
 * What one round of a side took: wall-clock seconds, and processor seconds of all cores together.
 */
export interface Duration {
  seconds: number;
  cpu: number;
}

/** Measures what some work in this process takes. */
export async function measureDuration(work: () => unknown): Promise<Duration> {
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

/** Wall-clock seconds that some work in this process takes. */
export async function seconds(work: () => unknown): Promise<number> {
  return (await measureDuration(work)).seconds;
}

/**
 * Times several things in turn (A B A B ...), so that a disturbance of the machine affects all
 * alike. Each runs once before, which is not counted.
 * @returns by name, the wall-clock and processor seconds
 */
export async function alternate<K extends string>(
  sides: Record<K, () => Promise<Duration>>,
  rounds: number,
  { onProgress, signal }: LongRun = {},
): Promise<Record<K, { seconds: Spread; cpu: Spread }>> {
  const names = Object.keys(sides) as K[];
  const all = new Map<K, Duration[]>(names.map((name) => [name, []]));
  const total = (rounds + 1) * names.length;
  for (let round = 0; round <= rounds; round++) {
    for (const [i, name] of names.entries()) {
      if (signal?.aborted) throw new Interrupted('bench: stopped before the measurement was complete');
      const one = await sides[name]();
      if (round > 0) all.get(name)?.push(one);
      onProgress?.({ phase: 'measuring', done: round * names.length + i + 1, total, note: `${name} ${one.seconds.toFixed(3)} s` });
    }
  }
  const spreads = names.map((name) => {
    const list = all.get(name) as Duration[];
    return [name, { seconds: spread(list.map((t) => t.seconds)), cpu: spread(list.map((t) => t.cpu)) }];
  });
  return Object.fromEntries(spreads) as Record<K, { seconds: Spread; cpu: Spread }>;
}
