import type { Comparison } from './bench';
import { mapSpread, type Spread } from './spread';

/** A comparison with a goal, if there is no other side. */
export function againstLimit(what: string, ours: Spread, limit: number, unit = 's'): Comparison {
  return {
    what,
    ours: { label: 'ours', unit, ...ours },
    other: { label: 'limit', unit, quoted: limit, source: 'the goal of this project' },
    ratioOf: 'ours / limit',
    ratio: mapSpread(ours, (value) => value / limit),
    goal: { atMost: 1 },
  };
}
