/** What may be used at a time. */
export interface Budget {
  /** Jobs that run at a time. */
  processes: number;
  /** Bytes that all running jobs may need together. */
  memory: number;
}

/**
 * Runs jobs at the same time within a budget, in their order as far as memory allows. Nothing new is started once the signal is
 * raised; those that run are waited for.
 * @param run - must not reject
 * @throws RangeError where one job alone needs more memory than there is
 */
export async function schedule<J extends { memory: number }>(
  jobs: readonly J[],
  { processes, memory }: Budget,
  run: (job: J) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const tooLarge = jobs.find((job) => job.memory > memory);
  if (tooLarge) throw new RangeError(`a job needs ${tooLarge.memory} bytes, the budget is ${memory}`);
  const waiting = [...jobs];
  const running = new Set<Promise<void>>();
  let used = 0;
  while (waiting.length > 0 || running.size > 0) {
    const next = signal?.aborted || running.size >= processes ? -1 : waiting.findIndex((job) => used + job.memory <= memory);
    if (next < 0) {
      if (running.size === 0) return;
      await Promise.race(running);
      continue;
    }
    const [job] = waiting.splice(next, 1);
    used += job.memory;
    const task = run(job).finally(() => {
      used -= job.memory;
      running.delete(task);
    });
    running.add(task);
  }
}
