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
}

/** Everything that draws depend on, except their requests. */
export interface Drawing {
  support: readonly DeepGrayImage[];
  tasks: TaskProbabilities;
  parameters: SynthesisParameters;
  seed: number;
}

/** Makes one draw. The seed and the keys also determine the task. */
export function makeDraw({ support, tasks, parameters, seed }: Drawing, { image, keys }: DrawRequest): Draw {
  const random = Random.of(seed, 'synthesis', ...keys);
  return synthesize(pickTask(tasks, random), support[image], { support, random, parameters });
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
