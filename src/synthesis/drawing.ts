import { Random } from '../common/random';
import type { DeepGrayImage } from '../image/image';
import type { SynthesisParameters } from './parameters';
import { isTaskName, TASK_NAMES } from './registry';
import { synthesize, type Draw } from './tasks';

/** How often each task is drawn, by name; together 1. */
export type TaskProbabilities = Readonly<Partial<Record<string, number>>>;

/**
 * How far the sum of probabilities may be from 1, so that thirds may be written with six digits.
 */
const TOLERANCE = 2e-6;

/**
 * What is wrong with the sum of probabilities, each of which is from 0 to 1; undefined where
 * nothing is.
 */
export function wrongSum(tasks: TaskProbabilities): string | undefined {
  const sum = Object.values(tasks).reduce<number>((a, b = 0) => a + b, 0);
  return Math.abs(sum - 1) <= TOLERANCE ? undefined : `the probabilities of the tasks must sum to 1, not ${sum}`;
}

/** One draw to make: on which image, and the keys that, with the seed, decide everything random about it. */
export interface DrawRequest {
  /** Index of the support image. */
  image: number;
  /** For instance epoch and place in the epoch. */
  keys: (string | number)[];
}

/** Everything that draws depend on besides their requests. */
export interface Drawing {
  support: readonly DeepGrayImage[];
  tasks: TaskProbabilities;
  parameters: SynthesisParameters;
  seed: number;
}

/** Makes one draw; which task is part of what the seed and the keys decide. */
export function makeDraw({ support, tasks, parameters, seed }: Drawing, { image, keys }: DrawRequest): Draw {
  const random = Random.of(seed, 'synthesis', ...keys);
  return synthesize(pickTask(tasks, random), support[image], { support, random, parameters });
}

/**
 * A task with its probability, whatever the order in which the object names them: the built-in ones
 * in their order, then others by name.
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
