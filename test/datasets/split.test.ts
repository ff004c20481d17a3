import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import { joinByKeys, pixelHash } from '../../src/datasets/duplicates';
import { splitCounts, splitGroups } from '../../src/datasets/split';

const PUBLISHED = { train: 32, testNormal: 65, testAbnormal: 155 };

test('published counts if there are enough images, else the published proportions', () => {
  assert.deepEqual(splitCounts(98, 155, PUBLISHED), PUBLISHED);
  assert.deepEqual(splitCounts(1000, 3000, PUBLISHED), PUBLISHED);
  assert.deepEqual(splitCounts(1000, 31, PUBLISHED), { train: 32, testNormal: 65, testAbnormal: 31 });
  assert.deepEqual(splitCounts(10, 1000, PUBLISHED), { train: 3, testNormal: 7, testAbnormal: 155 });
  assert.deepEqual(splitCounts(9, 5), { train: 3, testNormal: 6, testAbnormal: 5 });
  assert.deepEqual(splitCounts(9, 5, undefined, 4), { train: 4, testNormal: 5, testAbnormal: 5 });
});

test('items that share a key are grouped, also through other items', () => {
  assert.deepEqual(joinByKeys([['a'], ['b'], ['a', 'c'], ['d'], ['c', 'b'], []]), [0, 0, 0, 3, 0, 5]);
});

test('a group is never on both sides, and a group with an abnormal item is never in the training set', () => {
  const labels = Array.from({ length: 60 }, (_, i): 0 | 1 => (i % 5 === 0 ? 1 : 0));
  const groups = labels.map((_, i) => (i < 20 ? Math.floor(i / 4) : i));
  for (let seed = 0; seed < 50; seed++) {
    const sides = splitGroups(labels, groups, { train: 20, testNormal: 20, testAbnormal: 8 }, Random.of(seed));
    const on = (side: string, label: number): number[] => labels.flatMap((l, i) => (l === label && sides[i] === side ? [groups[i]] : []));
    assert.equal(on('train', 1).length, 0);
    assert.equal(on('train', 0).length, 20);
    assert.equal(on('test', 0).length, 20);
    assert.equal(on('test', 1).length, 8);
    const tested = new Set([...on('test', 0), ...on('test', 1)]);
    assert.ok(on('train', 0).every((group) => !tested.has(group)));
    const abnormal = new Set(groups.filter((_, i) => labels[i] === 1));
    assert.ok(on('train', 0).every((group) => !abnormal.has(group)));
  }
});

test('the pixel hash depends on pixels, size and depth, not on how grey is stored', () => {
  const grey = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(7, 9) };
  const asRgb = { width: 2, height: 1, channels: 3 as const, data: Uint8Array.of(7, 7, 7, 9, 9, 9) };
  const others = [
    { ...grey, width: 1, height: 2 },
    { ...grey, data: Uint8Array.of(7, 8) },
    { ...grey, data: Uint16Array.of(7, 9) },
    { ...asRgb, data: Uint8Array.of(7, 7, 8, 9, 9, 9) },
  ];
  assert.equal(pixelHash(grey), pixelHash(asRgb));
  assert.equal(new Set([grey, ...others].map(pixelHash)).size, 5);
});
