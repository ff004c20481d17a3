import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../errors';
import { sha256 } from './files';
import { isAlive } from './is-alive';
import { temporaryName } from './leftovers';

/** Folders that this very process is about to put in place. */
const own = new Set<string>();
/** Longest name, in bytes, that still leaves room for the endings below in the 255 of most file systems. */
const LONGEST = 220;

/**
 * A folder that is filled beside its target and then takes the target's place: a kill at any moment leaves the folder that was there, the new
 * one, or, between two renamings, the old one under a name from which {@link recoverFolder} gives it back.
 */
export interface StagedFolder {
  /** Where to write. */
  readonly temporary: string;
  /** Puts the folder in place of whatever is at the target. */
  publish(): void;
  /** Removes what was written, unless it is in place. */
  discard(): void;
}

/** @throws UserError where an option names what no folder can be called */
export function checkFolderName(option: string, name: string): void {
  if (name === '' || name.includes('\0')) throw new UserError(`${option} ${JSON.stringify(name)}: not the name of a folder`, 2);
}

/**
 * Makes the folder to be filled, beside the target.
 * @throws UserError where that is not possible
 */
export function stageFolder(target: string): StagedFolder {
  const temporary = temporaryName(path.resolve(stemOf(target)));
  const old = temporary.replace(/\.tmp$/, '.old');
  own.add(temporary).add(old);
  try {
    fs.rmSync(temporary, { recursive: true, force: true });
    fs.mkdirSync(temporary);
  } catch (error) {
    throw new UserError(`${target}: cannot be written (${reasonOf(error)})`);
  }
  return {
    temporary,
    publish() {
      const replaced = fs.existsSync(target);
      if (replaced) fs.renameSync(target, old);
      try {
        fs.renameSync(temporary, target);
      } catch (error) {
        if (replaced) fs.renameSync(old, target);
        throw error;
      }
      fs.rmSync(old, { recursive: true, force: true });
    },
    discard() {
      fs.rmSync(temporary, { recursive: true, force: true });
      own.delete(temporary);
      own.delete(old);
    },
  };
}

/**
 * Tidies up after processes that were killed while they put a folder at `target`: what they had written is removed; a folder that they had
 * moved aside comes back where nothing is in its place. What a live process, or one on another machine, works on stays.
 */
export function recoverFolder(target: string): void {
  const [parent, stem] = [path.dirname(path.resolve(target)), path.basename(stemOf(target))];
  try {
    const left = fs.readdirSync(parent).filter((name) => name.startsWith(stem) && isLeft(name.slice(stem.length), path.join(parent, name)));
    for (const name of left.sort()) {
      const file = path.join(parent, name);
      if (name.endsWith('.old') && !fs.existsSync(target)) fs.renameSync(file, target);
      else fs.rmSync(file, { recursive: true, force: true });
    }
  } catch {
    // a folder that is not there, or is only read, needs no tidying
  }
}

/** Whether an ending is that of a folder which a process of this machine, that has ended, was about to put in place. */
function isLeft(ending: string, file: string): boolean {
  const [, pid, host] = /^\.(\d+)(\.[0-9a-f]{8})?\.(?:tmp|old)$/.exec(ending) ?? [];
  if (pid === undefined || (host !== undefined && !temporaryName('').includes(host))) return false;
  return Number(pid) === process.pid ? !own.has(file) : !isAlive(Number(pid));
}

function stemOf(target: string): string {
  const name = path.basename(target);
  return Buffer.byteLength(name) <= LONGEST ? target : path.join(path.dirname(target), sha256(name).slice(0, 16));
}
