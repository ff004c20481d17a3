import { UsageError, UserError } from '../common/errors';
import { cutpasteTask } from './cutpaste';
import { gaussIntensityTask } from './gauss-intensity';
import { identityTask } from './identity';
import { checkedTask, type RegisteredTask, type TaskDefinition, type TaskParameters } from './registered-task';
import { sinkTask } from './sink';
import { smoothIntensityTask } from './smooth-intensity';
import { sourceTask } from './source';

/**
 * The built-in tasks. To add one, write a file and append the task here. The order must not change:
 * it determines which task a random number selects (`pickTask`), and so the results of a seed.
 */
export const BUILT_IN_TASKS = [cutpasteTask, smoothIntensityTask, gaussIntensityTask, sourceTask, sinkTask, identityTask] as const;

/** One of the built-in tasks, by the names of the published configuration files. */
export type TaskName = (typeof BUILT_IN_TASKS)[number]['name'];

/** The names of the built-in tasks, in their order. */
export const TASK_NAMES: readonly TaskName[] = BUILT_IN_TASKS.map(({ name }) => name);

/** Short names for the command line, in the order of {@link TASK_NAMES}. */
export const SHORT_TASK_NAMES: readonly string[] = BUILT_IN_TASKS.map(({ short }) => short);

/** Keys under `synthesis` that a registered task cannot have. */
const RESERVED: readonly string[] = ['secondShapeProbability', 'perlinShape', 'simpleShape', ...BUILT_IN_TASKS.map(({ key }) => key)];

const registered = new Map<string, RegisteredTask>();

/**
 * Adds your own synthesis task. From then on, it is available in this process: in settings
 * (`tasks: { BrightDisc: 1 }`), training, grids and tables. Registering the same name again
 * replaces the task, for example if a notebook's cell is run twice.
 * @example
 * registerTask({
 *   name: 'BrightDisc',
 *   parameters: { radius: 12, change: 60 },
 *   draw(image, random, { radius, change }) {
 *     const [x, y] = [random.integer(0, image.width), random.integer(0, image.height)];
 *     const mask = Array.from(image.data, (_, i) => {
 * return Math.hypot((i % image.width) - x, Math.floor(i / image.width) - y) <= radius ? 1 : 0;
 *     });
 * mask.forEach((inside, i) => (image.data[i] = Math.min(255, image.data[i] + inside * change)));
 *     return { image, mask };
 *   },
 * });
 * @throws UserError naming what is wrong with the definition
 */
export function registerTask<Parameters extends TaskParameters>(task: TaskDefinition<Parameters>): void {
  const { name } = task;
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9]{0,39}$/.test(name) || name in {}) {
    throw new UserError(`registerTask: name: expected a letter, then letters and digits, got ${JSON.stringify(name)}`);
  }
  if (isTaskName(name) || SHORT_TASK_NAMES.includes(name) || RESERVED.includes(name)) {
    throw new UserError(`registerTask: name: ${name} is built in; choose another`);
  }
  registered.set(name, checkedTask(task as unknown as TaskDefinition));
}

/** A task that was registered in this process. */
export function registeredTask(name: string): RegisteredTask | undefined {
  return registered.get(name);
}

/** The tasks that were registered in this process, by name. */
export function registeredTasks(): RegisteredTask[] {
  return [...registered.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a text is the name of a built-in task. */
export function isTaskName(name: string): name is TaskName {
  return (TASK_NAMES as readonly string[]).includes(name);
}

/** Whether a task can be drawn in this process. */
export function isKnownTask(name: string): boolean {
  return isTaskName(name) || registered.has(name);
}

/** The message for the name of an unknown task. */
export function unknownTask(name: string): string {
  const known = [...TASK_NAMES, ...registered.keys()].join(', ');
  return `${JSON.stringify(name)} is not a known synthesis task; use ${known}, or register it first with registerTask (in a notebook, run its cell first)`;
}

/**
 * The task for a published, short or registered name.
 * @throws UsageError that lists the short names.
 */
export function taskByName(name: string): string {
  const found = BUILT_IN_TASKS.find((task) => task.name === name || task.short === name)?.name ?? registered.get(name)?.name;
  if (found !== undefined) return found;
  throw new UsageError(`${JSON.stringify(name)} is not a synthesis task; use ${[...SHORT_TASK_NAMES, ...registered.keys()].join(', ')}`);
}
