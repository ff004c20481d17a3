import fs from 'node:fs';
import { UserError } from '../common/errors';

/**
 * Does something while holding a lock file, which one process at a time can. A lock whose process has ended does not count.
 * @throws UserError if another process holds it
 */
export async function withLock<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(fs.readFileSync(file, 'utf8'));
    if (holder > 0 && isAlive(holder)) throw new UserError(`${what} is already running (process ${holder}); if it is not, delete ${file}`);
    fs.writeFileSync(file, String(process.pid));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
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
