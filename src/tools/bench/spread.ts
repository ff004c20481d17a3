import { Interrupted } from '../../common/errors';
import type { LongRun } from '../../common/progress';

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

/** What one go of a side took: seconds by the clock, and of all cores together. */
export interface Taken {
  seconds: number;
  cpu: number;
}

/** What work in this process takes. */
export async function taken(work: () => unknown): Promise<Taken> {
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

/** Seconds by the clock that work in this process takes. */
export async function seconds(work: () => unknown): Promise<number> {
  return (await taken(work)).seconds;
}

/**
 * Times several things in turn (A B A B ...), so that what disturbs the machine meets all alike; each once before, not counted.
 * @returns by name, the seconds and the processor's seconds
 */
export async function alternate<K extends string>(
  sides: Record<K, () => Promise<Taken>>,
  rounds: number,
  { onProgress, signal }: LongRun = {},
): Promise<Record<K, { seconds: Spread; cpu: Spread }>> {
  const names = Object.keys(sides) as K[];
  const all = new Map<K, Taken[]>(names.map((name) => [name, []]));
  const total = (rounds + 1) * names.length;
  for (let round = 0; round <= rounds; round++) {
    for (const [i, name] of names.entries()) {
      if (signal?.aborted) throw new Interrupted('bench: stopped; nothing was measured to the end');
      const one = await sides[name]();
      if (round > 0) all.get(name)?.push(one);
      onProgress?.({ phase: 'measuring', done: round * names.length + i + 1, total, note: `${name} ${one.seconds.toFixed(3)} s` });
    }
  }
  const spreads = names.map((name) => {
    const list = all.get(name) as Taken[];
    return [name, { seconds: spread(list.map((t) => t.seconds)), cpu: spread(list.map((t) => t.cpu)) }];
  });
  return Object.fromEntries(spreads) as Record<K, { seconds: Spread; cpu: Spread }>;
}
