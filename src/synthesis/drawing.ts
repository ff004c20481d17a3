import { Random } from '../common/random';
import type { DeepGrayImage } from '../image/image';
import type { SynthesisParameters } from './parameters';
import { TASK_NAMES, type TaskName } from './task-names';
import { synthesize, type Draw } from './tasks';

/** How often each task is drawn. */
export type TaskProbabilities = Partial<Record<TaskName, number>>;

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

/** A task with its probability, whatever the order in which the object names them. */
export function pickTask(tasks: TaskProbabilities, random: Random): TaskName {
  let left = random.uniform();
  let chosen: TaskName = 'IdentityTask';
  for (const task of TASK_NAMES) {
    const probability = tasks[task] ?? 0;
    if (probability === 0) continue;
    chosen = task;
    left -= probability;
    if (left < 0) break;
  }
  return chosen;
}
