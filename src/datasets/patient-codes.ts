import crypto from 'node:crypto';
import { UserError } from '../common/errors';

/** Of a secret; hospitals number patients with few digits, which are soon tried. */
const LEAST_LENGTH = 16;
/** Hex digits of a code: two of a million patients share one with a chance of 1 in 500. */
const DIGITS = 12;

/**
 * Codes that stand for patients in what is written: a salted hash (HMAC-SHA256) of the id in the
 * file, `p-3f9a01c2b7de`.
 *
 * Whoever has the salt can find the id behind a code by trying all ids. So the salt is not written
 * anywhere: by default it is random, for one data set, and forgotten; the same patient then has
 * other codes in another data set. To have the same codes again, give a secret of one's own in
 * `MEDICLIP_PATIENT_SALT`, and keep it from those who get the data set.
 */
export class PatientCodes {
  /** @throws UserError if the secret is too short to be one */
  constructor(private readonly salt: string | Buffer = process.env.MEDICLIP_PATIENT_SALT ?? crypto.randomBytes(32)) {
    if (salt.length < LEAST_LENGTH)
      throw new UserError(`MEDICLIP_PATIENT_SALT: has ${salt.length} characters; a secret of ${LEAST_LENGTH} or more is needed`);
  }

  /** @param id - `source.patient`, else `source.study`, of an opened file */
  of(id: string): string {
    return `p-${crypto.createHmac('sha256', this.salt).update(id).digest('hex').slice(0, DIGITS)}`;
  }
}
