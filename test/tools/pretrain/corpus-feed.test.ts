import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/common/random';
import { anotherView } from '../../../src/tools/pretrain/another-view';
import { CORPUS_DEFAULTS, generateSample, type CorpusSample } from '../../../src/tools/pretrain/corpus';
import { CorpusFeed, picturesOf } from '../../../src/tools/pretrain/corpus-feed';
import { CorpusSource } from '../../../src/tools/pretrain/corpus-source';

const SIZE = 56;
const options = { seed: 3, ...CORPUS_DEFAULTS };
const stages = [
  { size: 28, batchSize: 8, steps: 20 },
  { size: SIZE, batchSize: 4, steps: 400 },
];

test('a batch has a quarter of new pictures, and otherwise some of the last 128 steps of its stage', () => {
  const step = 300;
  const pictures = picturesOf(stages, step, 1);
  assert.equal(pictures.length, 4);
  assert.deepEqual(
    pictures.filter(({ again }) => !again).map(({ index }) => index),
    [step * 1024],
  );
  const shown = new Set<number>();
  for (let s = 20; s < 420; s++) {
    for (const { index, again } of picturesOf(stages, s, 1)) {
      assert.equal(again, shown.has(index), `step ${s}: picture ${index}`);
      if (again) assert.ok(s - Math.floor(index / 1024) <= 128);
      shown.add(index);
    }
  }
});

test('the first steps of a stage have new pictures only: those of the stage before have another size', () => {
  for (const step of [0, 7, 20, 27]) assert.ok(picturesOf(stages, step, 1).every(({ again }) => !again));
  assert.ok(picturesOf(stages, 28, 1).some(({ again }) => again));
});

test('a resumed run gets the same batches', async () => {
  const feed = (): CorpusFeed => new CorpusFeed(new CorpusSource(options, 0), 1, 0.2);
  const whole = feed();
  for (let step = 60; step < 66; step++) await whole.batch(stages, step);
  assert.deepEqual(await feed().batch(stages, 66), await whole.batch(stages, 66));
});

test('another view turns image, clean image and masks alike, and keeps the order of grey levels', () => {
  const sample = Array.from({ length: 9 }, (_, i) => generateSample(options, i, SIZE)).find(
    ({ things }) => things.length > 1,
  ) as CorpusSample;
  let turned = 0;
  for (let k = 0; k < 12; k++) {
    const view = anotherView(sample, SIZE, Random.of(1, k));
    if (view.mask.join() !== sample.mask.join()) turned++;
    const union = sample.things[0].mask.map((_, i) => Math.max(...view.things.map(({ mask }) => mask[i])));
    union.forEach((v, i) => assert.ok(Math.abs(v - view.mask[i]) <= 1));
    view.image.forEach((v, i) => {
      if (view.mask[i] === 0) assert.ok(Math.abs(v - view.clean[i]) <= 2);
    });
    const sorted = (levels: Uint8Array): number[] => [...levels].sort((a, b) => a - b);
    const [before, after] = [sorted(sample.image), sorted(view.image)];
    const curve = new Map(before.map((v, i) => [v, after[i]]));
    before.forEach((v, i) => assert.equal(after[i], curve.get(v)));
    assert.deepEqual([view.ground, view.caption], [sample.ground, sample.caption]);
  }
  assert.ok(turned >= 8);
});
