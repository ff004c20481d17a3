import fs from 'node:fs';
import path from 'node:path';
import { messageOf, UserError } from '../common/errors';

/** The locks that this very process holds. */
const own = new Set<string>();

/**
 * Does something while holding a lock file, which one process at a time can. A lock whose process has ended does not count.
 * @throws UserError if another process holds it, or it cannot be written
 */
export async function withLock<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  const lock = path.resolve(file);
  try {
    take(lock, what);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: cannot be written (${(error as NodeJS.ErrnoException).code ?? messageOf(error)})`);
  }
  own.add(lock);
  try {
    return await work();
  } finally {
    own.delete(lock);
    fs.rmSync(lock, { force: true });
  }
}

function take(lock: string, what: string): void {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(fs.readFileSync(lock, 'utf8'));
    // after a restart another program, this one too, can have got the number of the process that died
    const held = holder === process.pid ? own.has(lock) : holder > 0 && isAlive(holder);
    if (held) throw new UserError(`${what} is already running (process ${holder}); if it is not, delete ${lock}`);
    fs.writeFileSync(lock, String(process.pid));
  }
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
