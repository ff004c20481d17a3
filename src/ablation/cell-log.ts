import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../common/errors';
import { makeFolder, writeWhole } from '../common/node/files';

/** The file for the output of a cell's process. */
export class CellLog {
  private readonly handle: number;
  private position = 0;
  /** One line that says why output is missing from the file; undefined if none is missing. */
  failure: string | undefined;

  /** @throws UserError if the file cannot be opened */
  constructor(private readonly file: string) {
    makeFolder(path.dirname(file));
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() === false) {
      throw new UserError(`${file}: the log cannot be opened: it is not a regular file; remove it`);
    }
    try {
      this.handle = fs.openSync(file, 'w');
    } catch (error) {
      throw new UserError(`${file}: the log cannot be opened (${reasonOf(error)})`);
    }
  }

  /** Writes until a write fails, then drops the rest: a full disk must not end the grid. */
  write(text: string | Uint8Array): void {
    if (this.failure !== undefined) return;
    const bytes = Buffer.from(text);
    try {
      writeWhole(this.handle, bytes, this.position);
      this.position += bytes.length;
    } catch (error) {
      this.failure = `${this.file}: the log cannot be written (${reasonOf(error)}); what is finished is kept`;
    }
  }

  close(): void {
    try {
      fs.closeSync(this.handle);
    } catch (error) {
      this.failure ??= `${this.file}: the log cannot be written (${reasonOf(error)}); what is finished is kept`;
    }
  }
}
