import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import { orderedBits, radixSort } from '../../src/metrics/radix-sort';

test('sorts keys of all sizes and carries values along, stably', () => {
  const random = Random.of(5);
  for (const range of [2 ** 32, 2 ** 12, 7]) {
    const keys = Uint32Array.from({ length: 3000 }, () => Math.floor(random.uniform(0, range)));
    const order = [...keys.keys()].sort((a, b) => keys[a] - keys[b]);
    const sorted = radixSort(keys.slice(), Uint32Array.from(keys.keys()));
    assert.deepEqual([...(sorted.values ?? [])], order);
    assert.deepEqual(
      [...sorted.keys],
      order.map((i) => keys[i]),
    );
    assert.deepEqual([...radixSort(keys.slice()).keys], [...sorted.keys]);
  }
  assert.equal(radixSort(new Uint32Array(0)).keys.length, 0);
});

test('ordered bits follow the order of floats', () => {
  const floats = Float32Array.from([-3e38, -1.5, -1, -1e-45, -0, 0, 1e-45, 0.25, 1, 3e38]);
  const bits = Array.from(new Uint32Array(floats.buffer), orderedBits);
  assert.equal(bits[4], bits[5]);
  for (let i = 1; i < bits.length; i++) assert.ok(i === 5 || bits[i] > bits[i - 1], `${floats[i - 1]} before ${floats[i]}`);
});
