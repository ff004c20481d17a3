import assert from 'node:assert/strict';
import test from 'node:test';
import sharp from 'sharp';
import { Tokenizer } from '../../src/backbones/clip/tokenizer/tokenizer';
import { architectureFigure } from '../../src/plots/architecture-figure';
import { filmStrip } from '../../src/plots/film-strip';
import { scoredColumns } from '../../src/plots/scored-montage';
import { tableHtml, tableText } from '../../src/plots/table';
import { tokenFigure } from '../../src/plots/token-figure';
import { loadTokenizer } from '../../src/backbones/node/load-tokenizer';

test('a prompt is drawn token by token, learnable ones by name', async () => {
  const tokenizer = loadTokenizer();
  const { svg, alt, width, height, png } = await tokenFigure([tokenizer.tokenize('X X lesion.')], 2, tokenizer);
  assert.match(alt, /<start> V1 V2 le sion \. <end>\.$/);
  assert.match(String(svg), />534<.*>1015<.*>269<.*>49407</s);
  assert.equal(String(svg).match(/>learned</g)?.length, 2);
  const meta = await sharp(png).metadata();
  assert.deepEqual([meta.width, meta.height], [2 * width, 2 * height]);
});

test('symbols of tokens: whole words, pieces, single bytes, marks', () => {
  const tokenizer = loadTokenizer();
  assert.deepEqual(
    [Tokenizer.start, Tokenizer.end, 5967, 534, 0, 256].map((id) => tokenizer.symbolOf(id)),
    ['<start>', '<end>', 'normal</w>', 'le', '!', '!</w>'],
  );
});

test('the architecture shows the numbers and adapters of the model at hand', async () => {
  const grey = (value: number) => ({ width: 16, height: 16, channels: 1 as const, data: new Uint8Array(256).fill(value) });
  const facts = { depth: 24, layers: [12, 18, 24], imageSize: 224, grid: 16, width: 1024, dim: 768, contextTokens: 8 };
  const example = { normal: grey(80), synthetic: grey(120), mask: new Float32Array(256) };
  const { svg, alt } = await architectureFigure({ ...facts, prompts: [10, 11], example });
  for (const part of ['24 blocks,', '16 × 16 patches', 'block 18', 'adapter 3', 'length 1, 768 numbers', '[V1] … [V8] lesion.'])
    assert.ok(svg?.includes(part), part);
  assert.match(alt, /blocks 12, 18, 24/);
});

test('a film strip has the image and a frame a moment, in one colour scale', async () => {
  const image = { width: 8, height: 8, channels: 1 as const, data: new Uint8Array(64) };
  const frames = [new Float32Array(64).fill(0.2), new Float32Array(64).fill(0.8)];
  const { png, width } = await filmStrip([{ image, frames }], ['epoch 0', 'epoch 1'], { alt: 'two moments', cell: 40, scale: 1 });
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [0, 1, 2].map((c) => data[(y * info.width + x) * info.channels + c]);
  assert.equal(width, 12 + 3 * 48 - 8 + 12);
  const y = 12 + 22 + 20;
  assert.deepEqual(
    [12 + 20, 12 + 68, 12 + 116].map((x) => at(x, y)),
    [
      [0, 0, 0],
      [0, 0, 4], // the lowest value of all frames
      [252, 255, 164], // the highest
    ],
  );
});

test('findings side by side: a column each, the true anomaly outlined on the map', async () => {
  const image = { width: 8, height: 8, channels: 1 as const, data: new Uint8Array(64) };
  const mask = Uint8Array.from({ length: 64 }, (_, i) => (i === 27 ? 1 : 0));
  const finding = { image, map: new Float32Array(64), mask, label: 1 as const, score: 0.5, name: 'one' };
  const { png, width, alt } = await scoredColumns([finding, { ...finding, label: 0, mask: null }], { cell: 64, scale: 1 });
  assert.equal(width, 12 + 110 + 2 * 72 - 8 + 12);
  assert.match(alt, /0\.500 \(abnormal\), 0\.500 \(normal\)/);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const blue = (x: number, y: number) => data[(y * info.width + x) * info.channels + 2] > 200;
  const [left, top] = [122, 12 + 22 + 64 + 20 + 8];
  assert.equal(blue(left + 24, top + 28), true); // pixel (3, 3) of 8, scaled by 8
  assert.equal(blue(left + 72 + 24, top + 28), false);
});

test('a table escapes its texts and sets numbers to the right', () => {
  const table = {
    columns: ['name', 'value'],
    rows: [
      ['<i>', '0.5'],
      ['b', 'undefined'],
    ],
  };
  const cells =
    /<td style="text-align: left; white-space: nowrap">&lt;i&gt;<\/td><td style="text-align: right; white-space: nowrap">0\.5<\/td>/;
  assert.match(tableHtml(table), cells);
  assert.equal(tableText(table), 'name  value\n<i>   0.5\nb     undefined');
});
