import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { initBackend } from '../../common/node/backend';
import { train } from '../../runs/train';
import type { Bench, BenchOptions, Comparison } from './bench';
import { output } from './child';
import { writeRoundDataset } from './round-dataset';
import { ratios, seconds, spread, type Spread } from './spread';

/**
 * How time grows with shots, test images and pixels, and how many cells two processes of `ablate`
 * finish.
 */
export const scaling: Bench = {
  about: 'the compact model: time against shots, test images and pixels; two processes of ablate against one',
  needsPython: false,
  rounds: 3,
  async run(options) {
    await initBackend();
    return {
      comparisons: [await shots(options), await images(options), await pixels(options), ...(await processes(options))],
      figures: {},
    };
  },
};

/** Seconds of each epoch except the first (if there are more), and of the whole run. */
async function time(
  options: BenchOptions,
  size: number,
  k: number,
  test: number,
  epochs: number,
): Promise<{ epochs: Spread; all: number }> {
  const name = `${size}-${k}-${test}`;
  const dataset = await writeRoundDataset(path.join(options.folder, `set-${name}`), { train: k, test, size });
  const out = path.join(options.folder, `run-${name}-${fs.readdirSync(options.folder).length}`);
  const settings = { shots: k, epochs, imageSize: size };
  let history: { seconds: number }[] = [];
  const all = await seconds(async () => void ({ history } = await train({ dataset, out, settings, signal: options.signal })));
  return { epochs: spread(history.slice(epochs > 1 ? 1 : 0).map((row) => row.seconds)), all };
}

function growth(what: string, unit: string, few: [string, Spread], many: [string, Spread], factor: number): Comparison {
  return {
    what,
    ours: { label: many[0], unit, ...many[1] },
    other: { label: few[0], unit, ...few[1] },
    ratioOf: `growth / ${factor}`,
    ratio: spread(ratios(many[1], few[1]).values.map((ratio) => ratio / factor)),
    goal: { atMost: 1 },
  };
}

async function shots(options: BenchOptions): Promise<Comparison> {
  const [few, many, size] = options.quick ? [8, 16, 56] : [8, 32, 224];
  const epochs = options.rounds + 1;
  const a = await time(options, size, few, 0, epochs);
  const b = await time(options, size, many, 0, epochs);
  return growth('an epoch, by shots', 's', [`${few} shots`, a.epochs], [`${many} shots`, b.epochs], many / few);
}

async function images(options: BenchOptions): Promise<Comparison> {
  const [few, many, size] = options.quick ? [4, 8, 56] : [32, 128, 224];
  const once = async (test: number): Promise<number> => (await time(options, size, 8, test, 1)).all;
  const none = await once(0);
  const [a, b] = [[] as number[], [] as number[]];
  for (let round = 0; round < options.rounds; round++) {
    a.push((await once(few)) - none);
    b.push((await once(many)) - none);
  }
  return growth('the test set, by images', 's', [`${few} images`, spread(a)], [`${many} images`, spread(b)], many / few);
}

async function pixels(options: BenchOptions): Promise<Comparison> {
  const [small, large] = options.quick ? [28, 56] : [112, 224];
  const a = await time(options, small, 16, 0, options.rounds + 1);
  const b = await time(options, large, 16, 0, options.rounds + 1);
  const factor = (large / small) ** 2;
  return growth('an epoch of 16 shots, by pixels', 's', [`${small} x ${small}`, a.epochs], [`${large} x ${large}`, b.epochs], factor);
}

/**
 * Cells per hour of two processes against one process: one with all cores, as `ablate` starts it,
 * and one with as many threads as each of the two.
 */
async function processes({ quick, folder, signal }: BenchOptions): Promise<Comparison[]> {
  const dataset = await writeRoundDataset(path.join(folder, 'grid'), { train: 8, test: 8, size: quick ? 56 : 224 });
  const grid = path.join(folder, 'grid.json');
  const base = quick ? { epochs: 1, imageSize: 56 } : { epochs: 12 };
  const seeds = Array.from({ length: quick ? 1 : 16 }, (_, i) => i + 1); // many, so that the start of the processes matters little
  const variants = [{ label: 'MediCLIP', group: 'methods' }];
  fs.writeFileSync(grid, JSON.stringify({ datasets: [{ dir: dataset }], models: ['compact'], shots: [8], seeds, base, variants }));
  const hourly = async (count: number, ...more: string[]): Promise<Spread> => {
    const out = path.join(folder, ['grid', count, ...more].join(''));
    const args = ['bin/mediclip.cjs', 'ablate', '--grid', grid, '--out', out, '--processes', String(count), ...more];
    return spread([(3600 * seeds.length) / (await seconds(() => output(process.execPath, args, signal)))]);
  };
  const against = (label: string, one: Spread, two: Spread): Comparison => ({
    what: `${seeds.length} cells of ablate`,
    ours: { label: 'two processes', unit: 'cells/h', ...two },
    other: { label, unit: 'cells/h', ...one },
    ratioOf: 'two / one',
    ratio: ratios(two, one),
    goal: { atLeast: 1.7 },
  });
  const threads = String(Math.max(1, Math.floor(os.availableParallelism() / 2)));
  const [one, half, two] = [await hourly(1), await hourly(1, '--threads', threads), await hourly(2)];
  return [
    against('one process, all cores', one, two),
    against(`one process, ${threads} ${threads === '1' ? 'thread' : 'threads'} like each of the two`, half, two),
  ];
}
