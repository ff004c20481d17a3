import crypto from 'node:crypto';
import fs from 'node:fs';
import { UserError } from '../common/errors';
import { openToRead } from '../common/node/files';

/** Of a secret; hospitals number patients with few digits, which are soon tried. */
const LEAST_LENGTH = 16;
/** Hex digits of a code: two of a million patients share one with a chance of 1 in 500. */
const DIGITS = 12;
/** Of each file: its ids, dates and first pixels. */
const HEAD_BYTES = 1 << 16;

/**
 * Codes that stand for patients in what is written: a salted hash (HMAC-SHA256) of the id in the
 * file, `p-3f9a01c2b7de`.
 *
 * Whoever has the salt can find the id behind a code by trying all ids. So the salt is not written
 * anywhere: it is a hash of the heads of all files, which nobody can compute who has not the files,
 * and with them the ids. The same files have the same codes when they are prepared again; in another
 * data set a patient has another code. To have one code in several, give a secret of one's own in
 * `MEDICLIP_PATIENT_SALT`, and keep it from those who get the data.
 */
export class PatientCodes {
  private readonly salt: string | Buffer;

  /**
   * @param files - those of the data set that state ids, in any order
   * @throws UserError if the secret is too short to be one
   */
  constructor(files: readonly string[], secret = process.env.MEDICLIP_PATIENT_SALT) {
    if (secret !== undefined && secret.length < LEAST_LENGTH)
      throw new UserError(`MEDICLIP_PATIENT_SALT: has ${secret.length} characters; a secret of ${LEAST_LENGTH} or more is needed`);
    this.salt = secret ?? saltOf(files);
  }

  /** @param id - `source.patient`, else `source.study`, of an opened file */
  of(id: string): string {
    return `p-${crypto.createHmac('sha256', this.salt).update(id).digest('hex').slice(0, DIGITS)}`;
  }
}

/** Not the hash of any file, which prepared.json holds: of heads, and with a key. */
function saltOf(files: readonly string[]): Buffer {
  const heads = [...new Set(files)].map((file) => crypto.createHmac('sha256', 'head').update(headOf(file)).digest('hex'));
  return crypto.createHmac('sha256', 'patients').update(heads.sort().join()).digest();
}

function headOf(file: string): Buffer {
  const handle = openToRead(file);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, fs.readSync(handle, head));
  } finally {
    fs.closeSync(handle);
  }
}
