import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { toPng, toSvg } from '../../src/plots/chart';
import { exportFigure } from '../../src/plots/export';
import { rocChart } from '../../src/plots/score-curves';

test('a chart becomes SVG and PNG, a picture PNG, and nothing else is left behind', async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'figures-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const roc = rocChart([1, 2], [0, 1]);
  assert.deepEqual(await exportFigure('roc_1', roc, dir), [path.join(dir, 'roc_1.svg'), path.join(dir, 'roc_1.png')]);
  await exportFigure('pixels', { png: Buffer.from('x'), width: 1, height: 1, alt: '' }, dir);
  assert.deepEqual(fs.readdirSync(dir).sort(), ['pixels.png', 'roc_1.png', 'roc_1.svg']);
  assert.equal(fs.readFileSync(path.join(dir, 'roc_1.svg'), 'utf8'), (await toSvg(roc)) + '\n');
  assert.deepEqual(fs.readFileSync(path.join(dir, 'roc_1.png')), (await toPng(roc)).png);
  for (const name of ['', '../x', 'a/b', 'a.png']) await assert.rejects(exportFigure(name, roc, dir), UserError);
});
