import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from './is-alive';

/**
 * Eight digits that identify this machine: a process id means nothing on another machine that
 * shares the disk.
 */
const HOST = crypto.createHash('sha256').update(os.hostname()).digest('hex').slice(0, 8);

/** `NAME.PID.HOST.tmp`, `LOCK.PID.HOST.stale`; version 0.1.0 wrote them without the host. */
const LEFTOVER = /\.(\d+)(?:\.([0-9a-f]{8}))?\.(?:tmp|stale)$/;

/** Milliseconds after which no process still writes a file. */
const DAY = 86_400_000;

/** The name under which this process writes a file until it is complete. */
export function temporaryName(file: string, kind: 'tmp' | 'stale' = 'tmp'): string {
  return `${file}.${process.pid}.${HOST}.${kind}`;
}

/** True for a file that some process, on any machine, was or is writing. */
export function isTemporary(name: string): boolean {
  return LEFTOVER.test(name);
}

/**
 * Removes the unfinished files of killed processes from a folder; for processes of other machines
 * only files older than a day. A file that cannot be removed stays: a folder that is read-only
 * needs no tidying.
 * @param keep - names that this process itself is writing
 */
export function removeLeftovers(dir: string, keep: ReadonlySet<string> = new Set()): void {
  try {
    for (const name of fs.readdirSync(dir)) {
      const found = LEFTOVER.exec(name);
      const file = path.join(dir, name);
      if (found && !keep.has(file) && isLeftover(file, Number(found[1]), found[2])) fs.rmSync(file, { force: true });
    }
  } catch {
    // the folder does not exist, or cannot be written
  }
}

/**
 * True if the process that wrote a file is gone. For a process on another machine only the age of
 * the file tells.
 */
function isLeftover(file: string, pid: number, host = HOST): boolean {
  if (host === HOST) return pid === process.pid || !isAlive(pid);
  return (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - DAY;
}
