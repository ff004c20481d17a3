import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { reasonOf, UserError } from '../errors';
import { isAlive } from './is-alive';
import { temporaryName } from './leftovers';

/** The locks that this process holds. */
const own = new Set<string>();
/** The content of a lock of this process. */
const MINE = `${process.pid} ${os.hostname()}`;
/** Milliseconds after which an empty lock belongs to a process that died while writing it. */
const WRITING = 5_000;
/** Bytes of a lock that are read: a process id and the name of a machine. */
const LONGEST = 512;

/** Another process holds a lock. */
class LockHeld extends UserError {}

/**
 * Does some work while holding a lock file, which only one process can hold at a time. A lock does
 * not count if its process on this machine has ended; for a process on another machine this cannot
 * be known.
 * @throws UserError if another process holds the lock, it cannot be written, or its name is that of
 * a link, pipe or folder; see also {@link whenFree}, which waits
 */
export async function withLock<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  return holding(acquire(file, what), work);
}

/** Acquires the lock with this name. */
function acquire(file: string, what: string): string {
  const lock = path.resolve(file);
  try {
    take(lock, what);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: cannot be written (${reasonOf(error)})`);
  }
  own.add(lock);
  return lock;
}

async function holding<T>(lock: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    own.delete(lock);
    release(lock);
  }
}

/** Removes a lock if it still belongs to this process. */
function release(lock: string): void {
  try {
    if (read(lock) === MINE) fs.rmSync(lock, { force: true });
  } catch {
    // something else is there by now, or the folder is read-only: the outcome of the work matters
    // more
  }
}

export interface Waiting {
  /** Milliseconds after which waiting fails. */
  patience: number;
  /** Ends the waiting. */
  signal?: AbortSignal;
  /** Called from time to time while waiting. */
  onWait?: () => void;
}

/** Like {@link withLock}, but waits until no other process holds the lock. */
export async function whenFree<T>(file: string, what: string, work: () => Promise<T>, { patience, signal, onWait }: Waiting): Promise<T> {
  const started = Date.now();
  for (;;) {
    let lock: string;
    try {
      lock = acquire(file, what);
    } catch (error) {
      if (!(error instanceof LockHeld) || signal?.aborted || Date.now() - started > patience) throw error;
      onWait?.();
      await wait(500);
      continue;
    }
    return holding(lock, work);
  }
}

function take(lock: string, what: string): void {
  for (;;) {
    if (write(lock)) return;
    const holder = read(lock);
    if (holder === undefined) continue; // it is gone meanwhile
    if (isHeld(lock, holder)) {
      const [pid, host] = holder.split(' ');
      const who = pid ? ` (process ${pid}${host && host !== os.hostname() ? ` on ${host}` : ''})` : '';
      throw new LockHeld(`${what} is already running${who}; if it is not, delete ${lock}`);
    }
    removeStale(lock, holder);
  }
}

/** Writes the lock of this process; false if there is a lock already. */
function write(lock: string): boolean {
  let handle: number;
  try {
    handle = fs.openSync(lock, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    fs.writeFileSync(handle, MINE);
    return true;
  } catch (error) {
    fs.rmSync(lock, { force: true }); // the disk is full, and an empty lock would seem to be in the process of being written
    throw error;
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * The content of a lock; undefined if there is none. It neither follows a link nor waits for a
 * pipe.
 * @throws UserError if there is something that is not a lock
 */
function read(lock: string): string | undefined {
  const found = fs.lstatSync(lock, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (!found.isFile()) throw new UserError(`${lock}: is ${kindOf(found)}, not the lock of a process; delete it and start again`);
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants; // the file may have been replaced meanwhile
  let handle: number;
  try {
    handle = fs.openSync(lock, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const text = Buffer.alloc(LONGEST);
    return text.toString('utf8', 0, fs.readSync(handle, text));
  } finally {
    fs.closeSync(handle);
  }
}

function kindOf(found: fs.Stats): string {
  if (found.isSymbolicLink()) return 'a link';
  if (found.isDirectory()) return 'a folder';
  return found.isFIFO() ? 'a named pipe' : 'no plain file';
}

function isHeld(lock: string, holder: string): boolean {
  const [pid, host = os.hostname()] = holder.split(' ');
  if (pid === '') return Date.now() - (fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) < WRITING;
  if (host !== os.hostname()) return true;
  // after a restart another process, even this one, may have the id of the process that died
  return Number(pid) === process.pid ? own.has(lock) : Number(pid) > 0 && isAlive(Number(pid));
}

/**
 * Removes the lock of a dead process. If several processes try, one moves it away, and restores it
 * if it is a newer lock by then.
 */
function removeStale(lock: string, holder: string): void {
  const aside = temporaryName(lock, 'stale');
  try {
    fs.renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // another process was faster
    throw error;
  }
  if (read(aside) !== holder && !fs.existsSync(lock)) fs.renameSync(aside, lock);
  else fs.rmSync(aside, { force: true });
}
