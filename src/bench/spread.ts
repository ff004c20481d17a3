import { Interrupted } from '../common/errors';
import type { LongRun } from '../common/progress';

/** Several measurements of one thing. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  values: number[];
}

/** Of at least one value. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('a spread of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return {
    median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    values: [...values],
  };
}

/** f of each value. */
export function mapSpread({ values }: Spread, f: (value: number) => number): Spread {
  return spread(values.map(f));
}

/** a / b of values measured one after the other. */
export function ratios(a: Spread, b: Spread): Spread {
  return spread(a.values.map((value, i) => value / b.values[i]));
}

/** Something to time: gives the seconds that it took, as it counts them itself. */
export type Timed = () => number | Promise<number>;

/** Seconds that work takes. */
export async function seconds(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/**
 * Times several things in turn (A B A B ...), so that what disturbs the machine meets all alike; each once before, not counted.
 * @returns a spread of seconds for each, by name
 */
export async function alternate<K extends string>(
  sides: Record<K, Timed>,
  rounds: number,
  { onProgress, signal }: LongRun = {},
): Promise<Record<K, Spread>> {
  const names = Object.keys(sides) as K[];
  const times = new Map<K, number[]>(names.map((name) => [name, []]));
  const total = (rounds + 1) * names.length;
  for (let round = 0; round <= rounds; round++) {
    for (const [i, name] of names.entries()) {
      if (signal?.aborted) throw new Interrupted('bench: stopped; nothing was measured to the end');
      const value = await sides[name]();
      if (round > 0) times.get(name)?.push(value);
      onProgress?.({ phase: 'measuring', done: round * names.length + i + 1, total, note: name });
    }
  }
  return Object.fromEntries(names.map((name) => [name, spread(times.get(name) as number[])])) as Record<K, Spread>;
}
