import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../../src/common/random';
import { connectedComponents } from '../../src/image/connected-components';

/** A picture in characters: '.' is 0, anything else 1. */
function mask(...rows: string[]): { data: number[]; width: number; height: number } {
  return { data: rows.flatMap((row) => [...row].map((c) => (c === '.' ? 0 : 1))), width: rows[0].length, height: rows.length };
}

test('corners join with 8 neighbours, not with 4', () => {
  const m = mask('#..#', '.#..', '...#');
  assert.equal(connectedComponents(m.data, 4, 3, 8).count, 3);
  assert.equal(connectedComponents(m.data, 4, 3, 4).count, 4);
  assert.deepEqual([...connectedComponents(m.data, 4, 3, 8).labels], [1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 3]);
});

test('arms that meet late are one region', () => {
  const m = mask('#.#.#', '#.#.#', '###.#', '....#', '#####');
  const { labels, count } = connectedComponents(m.data, 5, 5, 4);
  assert.equal(count, 2);
  assert.equal(labels[2], 1);
  assert.equal(labels[4], 2);
  assert.equal(labels[20], 2);
});

test('rows do not wrap around', () => {
  assert.equal(connectedComponents(mask('..#', '#..').data, 3, 2, 8).count, 2);
});

test('nothing, all, and a wrong size', () => {
  assert.equal(connectedComponents(new Uint8Array(6), 3, 2, 8).count, 0);
  assert.equal(connectedComponents(new Uint8Array(6).fill(255), 3, 2, 4).count, 1);
  assert.throws(() => connectedComponents(new Uint8Array(5), 3, 2, 8), RangeError);
});

test('equal to a flood fill on random masks', () => {
  for (const connectivity of [4, 8] as const) {
    for (let seed = 0; seed < 40; seed++) {
      const random = Random.of(seed, 'components');
      const [width, height] = [random.integer(1, 25), random.integer(1, 25)];
      const data = Float32Array.from({ length: width * height }, () => (random.chance(0.3 + 0.01 * seed) ? 0.5 : 0));
      const ours = connectedComponents(data, width, height, connectivity);
      const reference = flood(data, width, height, connectivity);
      assert.deepEqual(ours, reference);
    }
  }
});

function flood(data: ArrayLike<number>, width: number, height: number, connectivity: number): { labels: Int32Array; count: number } {
  const labels = new Int32Array(width * height);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (data[start] === 0 || labels[start] > 0) continue;
    count++;
    const stack = [start];
    while (stack.length > 0) {
      const i = stack.pop()!;
      const [x, y] = [i % width, Math.floor(i / width)];
      if (labels[i] > 0 || data[i] === 0) continue;
      labels[i] = count;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (connectivity === 4 && dx !== 0 && dy !== 0) continue;
          if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) stack.push(i + dx + dy * width);
        }
      }
    }
  }
  return { labels, count };
}
