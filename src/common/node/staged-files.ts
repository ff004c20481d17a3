import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../errors';
import { checkWritable, makeFolder } from './files';
import { temporaryName } from './leftovers';

/**
 * Files of a folder that are written one after another and appear together: they lie in a folder
 * inside, and move to their places when all are complete. What was there before stays until then.
 */
export class StagedFiles {
  private readonly temporary: string;
  private readonly created: boolean;
  private readonly names: string[] = [];

  /** @throws UserError if the folder cannot be written */
  constructor(private readonly folder: string) {
    checkWritable(folder);
    this.created = !fs.existsSync(folder);
    makeFolder(folder);
    this.temporary = temporaryName(path.join(path.resolve(folder), 'unfinished'));
    fs.rmSync(this.temporary, { recursive: true, force: true });
    makeFolder(this.temporary);
  }

  /**
   * Where to write a file that will be `FOLDER/name`.
   * @throws UserError if something that is not a file has that name
   */
  place(name: string): string {
    const target = path.join(this.folder, name);
    if (fs.statSync(target, { throwIfNoEntry: false })?.isFile() === false)
      throw new UserError(`${target}: is not a plain file; choose another folder`);
    this.names.push(name);
    return path.join(this.temporary, name);
  }

  /**
   * Writes a file beside other work.
   * @throws UserError if the system refuses: no permission, no space
   */
  async write(name: string, content: Uint8Array): Promise<void> {
    const place = this.place(name);
    try {
      const handle = await fs.promises.open(place, 'w');
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw new UserError(`${path.join(this.folder, name)}: cannot be written (${reasonOf(error)})`);
    }
  }

  /** Moves all files to their places, in the order in which they were asked for. */
  publish(): void {
    try {
      for (const name of this.names) fs.renameSync(path.join(this.temporary, name), path.join(this.folder, name));
    } catch (error) {
      throw new UserError(`${this.folder}: cannot be written (${reasonOf(error)})`);
    }
  }

  /** Removes what is not in its place; a folder that was made for nothing goes too. */
  discard(): void {
    fs.rmSync(this.temporary, { recursive: true, force: true });
    if (this.created && fs.existsSync(this.folder) && fs.readdirSync(this.folder).length === 0) fs.rmdirSync(this.folder);
  }
}
