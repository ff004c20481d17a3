/** Limits on what the running jobs may use together. */
export interface Budget {
  /** Number of jobs that run at the same time. */
  processes: number;
  /** Bytes of memory of all running jobs together. */
  memory: number;
}

/**
 * Runs jobs in parallel within a budget, in their order as far as memory allows. Once the signal is
 * raised, no further job starts, and the running jobs are awaited.
 * @param run - must not reject
 * @throws RangeError if a single job needs more memory than the budget has
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
