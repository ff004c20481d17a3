import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { say, SetupError } from './progress.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

const POLL_MS = 500;
const BEAT_MS = 3_000;
const STALE_MS = 20_000;
/** A running set-up may wait this long for a program without touching its lock. */
const BUSY_MS = 300_000;
const ORPHAN_MS = 180_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function age(file) {
  try {
    return Date.now() - fs.statSync(file).mtimeMs;
  } catch {
    return Infinity;
  }
}

/**
 * Whether the process that wrote a lock still holds it: it runs on this host, or its file was
 * touched recently.
 */
function held(file, owner) {
  const fresh = (limit) => age(file) < limit;
  if (owner === null) return fresh(STALE_MS); // it is just being written
  return owner.host === os.hostname() ? alive(owner.pid) && fresh(BUSY_MS) : fresh(STALE_MS);
}

/**
 * Waits for a program that an interrupted set-up left running, so that no two write the same
 * folder.
 */
async function outliveOrphan(owner, limit = ORPHAN_MS) {
  if (owner?.host !== os.hostname() || !owner.child || !alive(owner.child)) return;
  say(`set-up: waiting for process ${owner.child}, left by a set-up that was interrupted`);
  for (const end = Date.now() + limit; alive(owner.child) && Date.now() < end;) await sleep(POLL_MS);
}

/** Removes the lock of a dead owner; if several try, one succeeds. */
async function breakStale(file, owner) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return; // another process was faster
  }
  if (JSON.stringify(readStamp(aside)) !== JSON.stringify(owner) && !fs.existsSync(file)) fs.renameSync(aside, file);
  else fs.rmSync(aside, { force: true });
}

/**
 * Acquires the only lock of the set-up and waits while another set-up holds it. The lock of a dead
 * owner is taken over.
 * @param {string} file
 * @returns {Promise<{ setChild: (pid: number | undefined) => void, release: () => void }>}
 */
export async function acquireLock(file) {
  const refused = (error) =>
    new SetupError(`${file}: cannot be written (${error.code})`, 'make this folder writable, or copy the project to one that is');
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    throw refused(error);
  }
  const mine = { pid: process.pid, host: os.hostname(), started: Date.now() };
  for (let announced = false; ;) {
    try {
      fs.writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw refused(error);
    }
    const owner = readStamp(file);
    if (held(file, owner)) {
      if (!announced) say(`set-up: another set-up is running${owner ? ` (process ${owner.pid})` : ''}, waiting for it`);
      announced = true;
      await sleep(POLL_MS);
    } else {
      await outliveOrphan(owner);
      await breakStale(file, owner);
    }
  }
  const beat = setInterval(() => {
    const now = new Date();
    fs.utimes(file, now, now, () => {});
  }, BEAT_MS);
  beat.unref();
  return {
    setChild: (pid) => writeStamp(file, { ...mine, child: pid }),
    release: () => {
      clearInterval(beat);
      if (readStamp(file)?.started === mine.started) fs.rmSync(file, { force: true });
    },
  };
}
