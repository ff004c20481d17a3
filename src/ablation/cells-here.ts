import { messageOf } from '../common/errors';
import { isTaskName } from '../synthesis/registry';
import { METHODS } from '../methods/registry';
import type { TrainingConfig } from '../runs/config';
import { CellLog } from './cell-log';
import type { CellOrder } from './cell-order';
import type { CellOutcome } from './cell-processes';

/**
 * Whether a cell can only be trained in this process, because it uses a synthesis task that was
 * registered here.
 */
export function staysHere({ method, tasks }: TrainingConfig): boolean {
  return METHODS[method].epochs && !Object.keys(tasks).every(isTaskName);
}

/** Works on cells in this process, one at a time. */
export class CellsHere {
  private last: Promise<unknown> = Promise.resolve();

  /** @param signal - asks the cell to finish its step, keep what is done and stop */
  constructor(private readonly signal?: AbortSignal) {}

  /** Works on a cell after those before it, and writes its error to `log`. */
  work(order: CellOrder, log: string): Promise<CellOutcome> {
    const outcome = this.last.then(() => this.run(order, log));
    this.last = outcome.catch(() => undefined);
    return outcome;
  }

  private async run(order: CellOrder, file: string): Promise<CellOutcome> {
    const { runCell } = await import('./run-cell');
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    const log = new CellLog(file);
    try {
      await runCell(order, { signal: this.signal });
      return { seconds: seconds() };
    } catch (thrown) {
      const error = messageOf(thrown);
      log.write(`mediclip: ${error}\n`);
      return { error, seconds: seconds() };
    } finally {
      log.close();
    }
  }
}
