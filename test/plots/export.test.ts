import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { UserError } from '../../src/common/errors';
import { toPng, toSvg } from '../../src/plots/chart';
import { drawing } from '../../src/plots/drawing';
import { exportFigure } from '../../src/plots/export';
import { rocChart } from '../../src/plots/score-curves';

test('a chart becomes SVG and PNG, a picture PNG, and nothing else is left behind', async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'figures-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const roc = rocChart([1, 2], [0, 1]);
  assert.deepEqual(await exportFigure('roc_1', roc, dir), [path.join(dir, 'roc_1.svg'), path.join(dir, 'roc_1.png')]);
  const pixels = await toPng(roc);
  await exportFigure('pixels', pixels, dir);
  await exportFigure('drawing', await drawing(20, 10, [], 'nothing'), dir);
  assert.deepEqual(fs.readdirSync(dir).sort(), ['drawing.png', 'drawing.svg', 'pixels.png', 'roc_1.png', 'roc_1.svg']);
  const kept = await sharp(path.join(dir, 'pixels.png')).metadata();
  assert.deepEqual([kept.width, kept.height], [2 * pixels.width, 2 * pixels.height]);
  assert.equal(fs.readFileSync(path.join(dir, 'roc_1.svg'), 'utf8'), (await toSvg(roc)) + '\n');
  assert.deepEqual(fs.readFileSync(path.join(dir, 'roc_1.png')), (await toPng(roc)).png);
  for (const name of ['', '../x', 'a/b', 'a.png']) await assert.rejects(exportFigure(name, roc, dir), UserError);
});
