import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../../src/common/errors';
import { Random } from '../../../../src/common/random';
import { openImageBytes } from '../../../../src/image/node/image-file';

const DIR = path.join(__dirname, '..', '..', '..', 'golden', 'clinical', 'dicom');
/** With MUTATIONS=500 as many as a release is checked with. */
const COUNT = Number(process.env.MUTATIONS ?? 60);

/** Some bytes or bits changed, filled, left out, doubled or cut off; half of them in the header. */
function mutated(original: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(original);
  const kind = random.integer(0, 7);
  for (let change = 1 + random.integer(0, 8); change > 0; change--) {
    const at = random.integer(0, random.integer(0, 2) === 0 ? Math.min(bytes.length, 1200) : bytes.length);
    if (kind === 0) bytes[at] = random.integer(0, 256);
    else if (kind === 1) bytes[at] ^= 1 << random.integer(0, 8);
    else if (kind === 2) bytes.fill([0, 127, 128, 255][random.integer(0, 4)], at, Math.min(bytes.length, at + 1 + random.integer(0, 16)));
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(0, 20))]);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 20))]);
    else if (kind === 5) bytes = Buffer.from(bytes.subarray(0, bytes.length - random.integer(0, Math.ceil(bytes.length / 8))));
    else bytes.writeUInt32LE([0, 1, 0x7fffffff, 0xfffffffe, 0xffffffff][random.integer(0, 5)], Math.max(0, Math.min(at, bytes.length - 4)));
  }
  return bytes;
}

test(`${COUNT} damaged files are read or refused in one line: no crash, no hang, no large allocation`, async () => {
  const files = fs.readdirSync(DIR).filter((name) => name.endsWith('.dcm') && fs.statSync(path.join(DIR, name)).size > 200);
  const random = Random.of(24);
  const counts = { read: 0, refused: 0 };
  const before = process.memoryUsage().rss;
  for (let i = 0; i < COUNT; i++) {
    const name = files[random.integer(0, files.length)];
    const bytes = mutated(fs.readFileSync(path.join(DIR, name)), random);
    const started = process.cpuUsage();
    try {
      const image = await openImageBytes(bytes, name);
      for (let frame = 0; frame < image.frames; frame++) await image.frame(frame);
      counts.read++;
    } catch (error) {
      assert.ok(error instanceof UserError, `${i} ${name}: ${error instanceof Error ? error.stack : String(error)}`);
      assert.match(error.message, /^[^\n]+$/);
      assert.doesNotMatch(error.message, /undefined|null|NaN|out of range|not a function|Invalid/, `${i} ${name}`);
      counts.refused++;
    }
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 5e6, `${i} ${name}: ${(user + system) / 1e6} s`);
  }
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  assert.ok(grown < 512, `memory grew by ${grown} MB`);
  assert.ok(counts.read > 0 && counts.refused > 0, JSON.stringify(counts));
  if (COUNT > 60) console.log(counts, `${Math.round(grown)} MB`);
});
