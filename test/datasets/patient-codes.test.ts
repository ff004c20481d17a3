import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { PatientCodes } from '../../src/datasets/patient-codes';

test('a patient has one code for the same files, and another with other files', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'codes-'));
  const [a, b, c] = ['a', 'b', 'c'].map((name) => path.join(dir, name));
  for (const [i, file] of [a, b, c].entries()) fs.writeFileSync(file, `ids and pixels ${i}`);
  const codes = new PatientCodes([a, b]);
  assert.equal(codes.of('4711'), new PatientCodes([b, a, b]).of('4711'));
  assert.notEqual(codes.of('4711'), codes.of('4712'));
  assert.notEqual(codes.of('4711'), new PatientCodes([a, c]).of('4711'));
  assert.match(codes.of('4711'), /^p-[0-9a-f]{12}$/);
  fs.writeFileSync(b, 'ids and pixels 1, changed');
  assert.notEqual(codes.of('4711'), new PatientCodes([a, b]).of('4711'));
});

test('a secret of one’s own gives the same codes in all data sets: HMAC-SHA256', () => {
  const secret = 'kept in a safe place';
  assert.equal(
    new PatientCodes([], secret).of('4711'),
    `p-${crypto.createHmac('sha256', secret).update('4711').digest('hex').slice(0, 12)}`,
  );
  assert.throws(() => new PatientCodes([], 'short'), /MEDICLIP_PATIENT_SALT: has 5 characters/);
});
