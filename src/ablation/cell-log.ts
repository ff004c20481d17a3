import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../common/errors';
import { makeFolder, writeWhole } from '../common/node/files';

/** The file that takes what the process of a cell prints. */
export class CellLog {
  private readonly handle: number;
  private position = 0;
  /** In a line, why something that was printed is missing from it; nothing where all is there. */
  failure: string | undefined;

  /** @throws UserError where it cannot be opened */
  constructor(private readonly file: string) {
    makeFolder(path.dirname(file));
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() === false) {
      throw new UserError(`${file}: the log cannot be opened: it is no plain file; remove it`);
    }
    try {
      this.handle = fs.openSync(file, 'w');
    } catch (error) {
      throw new UserError(`${file}: the log cannot be opened (${reasonOf(error)})`);
    }
  }

  /** Writes as long as that works: a full disk must not end the grid. */
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
