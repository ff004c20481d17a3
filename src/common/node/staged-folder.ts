import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../errors';
import { sha256 } from './files';
import { isAlive } from './is-alive';
import { temporaryName } from './leftovers';

/** Folders that this process is about to put in place. */
const own = new Set<string>();
/**
 * Longest name, in bytes, that still leaves room for the endings below in the 255 of most file
 * systems.
 */
const LONGEST = 220;

/**
 * A folder that is filled beside its target and then replaces it. A kill at any moment leaves the
 * old folder, the new one, or, between two renamings, the old one under a name from which {@link
 * recoverFolder} restores it.
 */
export interface StagedFolder {
  /** The folder to write to. */
  readonly temporary: string;
  /** Replaces whatever is at the target by this folder. */
  publish(): void;
  /** Removes what was written, unless it is already in place. */
  discard(): void;
}

/** @throws UserError if the value of an option cannot be the name of a folder */
export function checkFolderName(option: string, name: string): void {
  if (name === '' || name.includes('\0')) throw new UserError(`${option} ${JSON.stringify(name)}: not the name of a folder`, 2);
}

/**
 * Creates the folder to be filled, beside the target.
 * @throws UserError if that is not possible
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
 * Tidies up after processes that were killed while they replaced `target`: unfinished folders are
 * removed, and a folder that was moved aside is restored if nothing is in its place. The folders of
 * running processes, or of those on another machine, stay.
 */
export function recoverFolder(target: string): void {
  const [parent, stem] = [path.dirname(path.resolve(target)), path.basename(stemOf(target))];
  try {
    const left = fs
      .readdirSync(parent)
      .filter((name) => name.startsWith(stem) && isLeftover(name.slice(stem.length), path.join(parent, name)));
    for (const name of left.sort()) {
      const file = path.join(parent, name);
      if (name.endsWith('.old') && !fs.existsSync(target)) fs.renameSync(file, target);
      else fs.rmSync(file, { recursive: true, force: true });
    }
  } catch {
    // a folder that does not exist, or is read-only, needs no tidying
  }
}

/**
 * True if an ending belongs to a folder that an ended process of this machine was about to put in
 * place.
 */
function isLeftover(ending: string, file: string): boolean {
  const [, pid, host] = /^\.(\d+)(\.[0-9a-f]{8})?\.(?:tmp|old)$/.exec(ending) ?? [];
  if (pid === undefined || (host !== undefined && !temporaryName('').includes(host))) return false;
  return Number(pid) === process.pid ? !own.has(file) : !isAlive(Number(pid));
}

function stemOf(target: string): string {
  const name = path.basename(target);
  return Buffer.byteLength(name) <= LONGEST ? target : path.join(path.dirname(target), sha256(name).slice(0, 16));
}
