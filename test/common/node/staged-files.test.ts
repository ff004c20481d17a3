import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/common/errors';
import { StagedFiles } from '../../../src/common/node/staged-files';
import { temporaryFolder } from '../../helpers/tiny-clip';

test('files that are written beside other work appear together', async () => {
  const dir = path.join(temporaryFolder(), 'out');
  const staged = new StagedFiles(dir);
  await Promise.all(['a', 'b'].map((name) => staged.write(name, Buffer.from(name))));
  assert.ok(!fs.existsSync(path.join(dir, 'a')));
  staged.publish();
  staged.discard();
  assert.deepEqual(fs.readdirSync(dir).sort(), ['a', 'b']);
  assert.equal(fs.readFileSync(path.join(dir, 'b'), 'utf8'), 'b');
});

test('a file that cannot be written is named, and nothing stays', async () => {
  const dir = path.join(temporaryFolder(), 'out');
  const staged = new StagedFiles(dir);
  await assert.rejects(
    staged.write('no/folder', Buffer.from('x')),
    (error) => error instanceof UserError && /out.no.folder: cannot be written \(/.test(error.message),
  );
  staged.discard();
  assert.ok(!fs.existsSync(dir));
});
