import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from './is-alive';

/** Eight digits that stand for this machine: a number of a process says nothing on another one that shares the disk. */
const HOST = crypto.createHash('sha256').update(os.hostname()).digest('hex').slice(0, 8);

/** `NAME.PID.HOST.tmp`, `LOCK.PID.HOST.stale`; version 0.1.0 wrote them without the host. */
const LEFTOVER = /\.(\d+)(?:\.([0-9a-f]{8}))?\.(?:tmp|stale)$/;

/** Milliseconds after which nobody writes a file any more. */
const DAY = 86_400_000;

/** The name under which this process writes a file before it is whole. */
export function temporaryName(file: string, kind: 'tmp' | 'stale' = 'tmp'): string {
  return `${file}.${process.pid}.${HOST}.${kind}`;
}

/** Whether a file is one that a process was writing, on any machine, dead or alive. */
export function isTemporary(name: string): boolean {
  return LEFTOVER.test(name);
}

/**
 * Removes what processes left in a folder that were killed while they wrote; of other machines what is older than a day. What cannot be removed stays: a folder that
 * is only read needs no tidying.
 * @param keep - names that this process is writing itself
 */
export function removeLeftovers(dir: string, keep: ReadonlySet<string> = new Set()): void {
  try {
    for (const name of fs.readdirSync(dir)) {
      const found = LEFTOVER.exec(name);
      const file = path.join(dir, name);
      if (found && !keep.has(file) && isLeft(file, Number(found[1]), found[2])) fs.rmSync(file, { force: true });
    }
  } catch {
    // not there, or not to be written
  }
}

/** Whether the process that wrote a file is gone; of one on another machine that is only known by the time. */
function isLeft(file: string, pid: number, host = HOST): boolean {
  if (host === HOST) return pid === process.pid || !isAlive(pid);
  return (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - DAY;
}
