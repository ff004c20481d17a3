// What a notebook needs of the synthesis: the tasks, their parameters, and one function that makes
// a synthetic image. Notebooks import this file and not its folder.
export { PUBLISHED_PARAMETERS, synthesisParameters, type SynthesisOptions, type SynthesisParameters } from './synthesis/parameters';
export { registerTask, TASK_NAMES, type TaskName } from './synthesis/registry';
export { synthesize, type Draw } from './synthesis/tasks';
