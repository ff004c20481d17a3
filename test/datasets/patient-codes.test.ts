import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { test } from 'node:test';
import { PatientCodes } from '../../src/datasets/patient-codes';

test('a patient has one code in a data set, and another in the next', () => {
  const [codes, others] = [new PatientCodes(), new PatientCodes()];
  assert.equal(codes.of('4711'), codes.of('4711'));
  assert.notEqual(codes.of('4711'), codes.of('4712'));
  assert.notEqual(codes.of('4711'), others.of('4711'));
  assert.match(codes.of('4711'), /^p-[0-9a-f]{12}$/);
});

test('a secret of one’s own gives the same codes again: HMAC-SHA256', () => {
  const secret = 'kept in a safe place';
  assert.equal(new PatientCodes(secret).of('4711'), `p-${crypto.createHmac('sha256', secret).update('4711').digest('hex').slice(0, 12)}`);
  assert.throws(() => new PatientCodes('short'), /MEDICLIP_PATIENT_SALT: has 5 characters/);
});
