import fs from 'node:fs';
import { reasonOf, UserError } from '../../common/errors';
import { MAX_FILE_BYTES } from '../limits';

/** Texts for system errors that a file name causes. */
const REASONS: Record<string, string | undefined> = {
  ENAMETOOLONG: 'ENAMETOOLONG: the name is longer than the system allows',
  ELOOP: 'ELOOP: the links form a loop',
};

/**
 * Reads a whole image file after a check of its size.
 * @throws UserError in one line if the file is missing, empty, too large or not a plain file
 */
export function readImageBytes(file: string): Buffer {
  try {
    const stat = fs.statSync(file);
    if (!stat.isFile()) throw new UserError(`${file}: not a file`);
    if (stat.size === 0) throw new UserError(`${file}: is empty (0 bytes); copy or export it again`);
    if (stat.size > MAX_FILE_BYTES)
      throw new UserError(`${file}: ${stat.size} bytes, more than the ${MAX_FILE_BYTES} that an image may have`);
    return fs.readFileSync(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = reasonOf(error);
    throw new UserError(`${file}: cannot be read (${REASONS[reason] ?? reason})`);
  }
}
