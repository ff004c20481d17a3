import path from 'node:path';
import { mean } from '../../common/averages';
import { Interrupted } from '../../common/errors';
import { readJson } from '../../common/node/files';
import { projectRoot } from '../../common/node/project-root';
import { Random } from '../../common/random';
import { loadTrainGray } from '../../image/node/load';
import { TASK_NAMES } from '../../synthesis/registry';
import { synthesize } from '../../synthesis/tasks';
import type { Bench, Comparison } from './bench';
import { mapSpread, spread, measureDuration } from './spread';

const IMAGES = 6;

/**
 * Anomalies of every task on one core, from the six images of the reference, against the times
 * published with it.
 */
export const synthesis: Bench = {
  about: 'draws on one core, per task, against the times of the published code on another machine (quoted)',
  needsPython: false,
  rounds: 7,
  async run({ quick, rounds, onProgress, signal }) {
    const golden = path.join(projectRoot(), 'test', 'golden', 'synthesis');
    const published = readJson(path.join(golden, 'draws.json')) as Record<string, { ms: number[] }>;
    const files = Array.from({ length: IMAGES }, (_, i) => path.join(golden, `image_${i}.png`));
    const support = await Promise.all(files.map((file) => loadTrainGray(file, quick ? 56 : 224)));
    const draws = quick ? IMAGES : 10 * IMAGES;
    const comparisons: Comparison[] = [];
    for (const [done, task] of TASK_NAMES.entries()) {
      const times: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        if (signal?.aborted) throw new Interrupted('bench: stopped before the measurement was complete');
        const { cpu } = await measureDuration(() => {
          for (let i = 0; i < draws; i++) synthesize(task, support[i % IMAGES], { support, random: Random.of(1, 'bench', task, round, i) });
        });
        if (round > 0) times.push((1000 * cpu) / draws);
      }
      const ours = spread(times);
      const quoted = Number(mean(published[task].ms).toFixed(2));
      comparisons.push({
        what: task,
        ours: { label: 'ours, processor time', unit: 'ms/draw', ...ours },
        other: { label: 'published code', unit: 'ms/draw', quoted, source: 'test/golden/synthesis/draws.json' },
        ratioOf: 'published / ours',
        ratio: mapSpread(ours, (ms) => quoted / ms),
        goal: { atLeast: 5 },
      });
      onProgress?.({ phase: 'synthesising', done: done + 1, total: TASK_NAMES.length });
    }
    return { comparisons, figures: {} };
  },
};
