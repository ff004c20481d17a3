import { UsageError } from '../common/errors';

/** The six tasks, by the names of the published configuration files. */
export const TASK_NAMES = [
  'CutpasteTask',
  'SmoothIntensityTask',
  'GaussIntensityChangeTask',
  'SourceTask',
  'SinkTask',
  'IdentityTask',
] as const;

/** One of {@link TASK_NAMES}. */
export type TaskName = (typeof TASK_NAMES)[number];

const SHORT: Record<string, TaskName> = {
  cutpaste: 'CutpasteTask',
  'smooth-intensity': 'SmoothIntensityTask',
  'gauss-intensity': 'GaussIntensityChangeTask',
  source: 'SourceTask',
  sink: 'SinkTask',
  identity: 'IdentityTask',
};

/** Short names for the command line, in the order of {@link TASK_NAMES}. */
export const SHORT_TASK_NAMES: readonly string[] = Object.keys(SHORT);

/** Whether a text is one of the published names. */
export function isTaskName(name: string): name is TaskName {
  return (TASK_NAMES as readonly string[]).includes(name);
}

/**
 * The task for a published or short name.
 * @throws UsageError that lists the short names.
 */
export function taskByName(name: string): TaskName {
  if (isTaskName(name)) return name;
  if (Object.hasOwn(SHORT, name)) return SHORT[name];
  throw new UsageError(`${JSON.stringify(name)} is not a synthesis task; use ${SHORT_TASK_NAMES.join(', ')}`);
}
