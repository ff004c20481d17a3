import { Random } from '../common/random';
import type { DeepGrayImage } from '../image/image';
import type { SynthesisParameters } from './parameters';
import { isTaskName, TASK_NAMES } from './registry';
import { synthesize, type Draw } from './tasks';

/** The probability of each task, by name; they sum to 1. */
export type TaskProbabilities = Readonly<Partial<Record<string, number>>>;

/**
 * How far the sum of probabilities may be from 1, so that thirds can be written with six digits.
 */
const TOLERANCE = 2e-6;

/**
 * Says what is wrong with the sum of probabilities that are each from 0 to 1; undefined if it is
 * right.
 */
export function wrongSum(tasks: TaskProbabilities): string | undefined {
  const sum = Object.values(tasks).reduce<number>((a, b = 0) => a + b, 0);
  return Math.abs(sum - 1) <= TOLERANCE ? undefined : `the probabilities of the tasks must sum to 1, not ${sum}`;
}

/**
 * A draw to make: its image, and the keys that, together with the seed, determine all its
 * randomness.
 */
export interface DrawRequest {
  /** Index of the support image. */
  image: number;
  /** For example, the epoch and the position in it. */
  keys: (string | number)[];
  /**
   * With it, the parts that repeat ({@link SynthesisContext.repeated}) are those of every draw with
   * the same task and number.
   */
  call?: number;
}

/** Everything that draws depend on, except their requests. */
export interface Drawing {
  support: readonly DeepGrayImage[];
  tasks: TaskProbabilities;
  parameters: SynthesisParameters;
  seed: number;
}

/** Makes one draw. The seed and the keys also determine the task. */
export function makeDraw({ support, tasks, parameters, seed }: Drawing, { image, keys, call }: DrawRequest): Draw {
  const random = Random.of(seed, 'synthesis', ...keys);
  const task = pickTask(tasks, random);
  const repeated = call === undefined ? random : Random.of(seed, 'repeated', task, call);
  return synthesize(task, support[image], { support, random, repeated, parameters });
}

/** Number of workers of the published data loader. */
const WORKERS = 2;

/**
 * Numbers the draws of an epoch as the published code repeats them. Its tasks hold generators of
 * their own, and fresh copies of them go to the two workers of the loader in every epoch, which take
 * turns with the batches: so the n-th draw of a task by a worker has the same corner, second shape,
 * shear, rotation, scale and exponent in every epoch.
 */
export function numberCalls<R extends DrawRequest>(steps: readonly R[][], tasks: TaskProbabilities, seed: number): R[][] {
  const calls = new Map<string, number>();
  return steps.map((step, s) =>
    step.map((request) => {
      const key = `${s % WORKERS} ${pickTask(tasks, Random.of(seed, 'synthesis', ...request.keys))}`;
      const call = calls.get(key) ?? 0;
      calls.set(key, call + 1);
      return { ...request, call };
    }),
  );
}

/**
 * Picks a task with its probability, independently of the order of the keys: built-in tasks come in
 * their own order, then others by name.
 */
export function pickTask(tasks: TaskProbabilities, random: Random): string {
  let left = random.uniform();
  let chosen = 'IdentityTask';
  const others = Object.keys(tasks).filter((name) => !isTaskName(name));
  for (const task of [...TASK_NAMES, ...others.sort()]) {
    const probability = tasks[task] ?? 0;
    if (probability === 0) continue;
    chosen = task;
    left -= probability;
    if (left < 0) break;
  }
  return chosen;
}
