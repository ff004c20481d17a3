import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { greedyCoreset } from '../../../src/methods/patchcore/coreset';
import { inPieces, meanNearestDistance, nearestIndex } from '../../../src/methods/nearest';
import { baselineSchema, type BaselineOptions } from '../../../src/methods/registry';
import { PatchCore } from '../../../src/methods/patchcore/patchcore';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { Random } from '../../../src/common/random';
import { gaussianBlur } from '../../../src/image/gaussian-blur';
import { Upsampling } from '../../../src/methods/mediclip/anomaly-map';
import { assertClose, euclid, fakeEncoder, randomFeatures } from '../fake-encoder';

before(() => initBackend());

const options = (changes: Record<string, unknown>): BaselineOptions['patchcore'] =>
  (baselineSchema.parse({ patchcore: changes }) as BaselineOptions).patchcore;

test('a coreset takes the point farthest from all taken so far: points on a line, by hand', () => {
  const points = Float32Array.of(0, 1, 2, 10, 4);
  const from = (start: number): number[] => {
    const random = { integer: () => start } as unknown as Random;
    return [...greedyCoreset(points, 5, 1, 4, random)];
  };
  assert.deepEqual(from(1), [1, 3, 4, 0]); // distances 1 1 9 3 -> 10; then 1 1 3 -> 4; then 0 and 2 lie 1 away, the first counts
  assert.deepEqual(from(3), [3, 0, 4, 2]); // 10; 0 is 10 away; then 1 2 4 -> 4; then 1: 1, 2: 2 -> 2
  assert.equal(greedyCoreset(points, 5, 1, 99, Random.of(1)).length, 5);
});

test('the weight of an image score, by hand (equation 7)', () => {
  const core = new PatchCore(fakeEncoder(8), 2, options({ reweighting: 3 }), Random.of(1));
  // on a line: m_test = 5, m* = 3; nearest to m* are 3 itself, 2 and 1 (not 7)
  const memory = tf.tensor2d([7, 1, 3, 2, -9], [5, 1]);
  const [weight] = core.weight(tf.tensor2d([[5]]), tf.tensor2d([[3]]), memory).dataSync();
  const expected = 1 - Math.exp(2) / (Math.exp(2) + Math.exp(3) + Math.exp(4));
  assert.ok(Math.abs(weight - expected) < 1e-6, `${weight} ${expected}`);
  const [far] = core.weight(tf.tensor2d([[5000]]), tf.tensor2d([[7]]), memory).dataSync(); // exponents of thousands: 4993, 4997, 4998
  assert.ok(Math.abs(far - (1 - 1 / (1 + Math.exp(4) + Math.exp(5)))) < 1e-4, String(far));
  const none = new PatchCore(fakeEncoder(8), 2, options({ reweighting: 1 }), Random.of(1));
  assert.deepEqual([...none.weight(tf.tensor2d([[5]]), tf.tensor2d([[3]]), memory).dataSync()], [1]);
  core.dispose();
  none.dispose();
});

test('scores and maps equal those of plain loops, with two layers, neighbourhoods and the whole memory', () => {
  const [g, size, b] = [3, 6, 4];
  const support = [randomFeatures([2, g * g, 3], 'a'), randomFeatures([2, g * g, 2], 'b')];
  const images = [randomFeatures([2, g * g, 3], 'c'), randomFeatures([2, g * g, 2], 'd')];
  const core = new PatchCore(fakeEncoder(size), g, options({ coresetShare: 1, reweighting: b, sigma: 1.5 }), Random.of(3));
  core.fit(support.map(({ tensor }) => tensor));
  const found = core.score(images.map(({ tensor }) => tensor));

  const patches = (layers: typeof support, k: number): number[][] =>
    Array.from({ length: g * g }, (_, p) =>
      layers.flatMap(({ rows }) => {
        const near = Array.from({ length: g * g }, (_, q) => q).filter(
          (q) => Math.abs((q % g) - (p % g)) <= 1 && Math.abs(Math.floor(q / g) - Math.floor(p / g)) <= 1,
        );
        return rows[k][0].map((_, c) => near.reduce((sum, q) => sum + rows[k][q][c], 0) / near.length);
      }),
    );
  const memory = [...patches(support, 0), ...patches(support, 1)];
  const up = new Upsampling(g, size);
  [0, 1].forEach((k) => {
    const test = patches(images, k);
    const nearest = test.map((x) => memory.reduce((best, m) => (euclid(x, m) < euclid(x, best) ? m : best)));
    const distances = test.map((x, p) => euclid(x, nearest[p]));
    const at = distances.indexOf(Math.max(...distances));
    const around = [...memory].sort((x, y) => euclid(x, nearest[at]) - euclid(y, nearest[at])).slice(0, b);
    const weight = 1 - Math.exp(distances[at]) / around.reduce((sum, m) => sum + Math.exp(euclid(test[at], m)), 0);
    assertClose([found.scores.dataSync()[k]], [weight * distances[at]], `score ${k}`);
    const plain = up.apply(tf.tensor4d(distances, [1, 1, g, g])).dataSync();
    const map = (found.maps as tf.Tensor3D).dataSync().slice(k * size * size, (k + 1) * size * size);
    assertClose(map, gaussianBlur(plain, size, size, 1.5), `map ${k}`);
  });
  core.dispose();
});

test('the memory keeps the requested fraction of existing rows, chosen in a projection', () => {
  const { tensor, rows } = randomFeatures([4, 25, 40], 'e');
  const core = new PatchCore(
    fakeEncoder(10),
    5,
    options({ coresetShare: 0.13, projection: 8, neighbourhood: 1, reweighting: 1 }),
    Random.of(1),
  );
  core.fit([tensor]);
  const { scores, maps } = core.score([tensor]);
  const kept = (core as unknown as { memory: tf.Tensor2D }).memory.arraySync();
  assert.equal(kept.length, 13);
  assert.ok(kept.every((row) => rows.flat().some((other) => euclid(row, other) === 0)));
  assert.equal(new Set(kept.map((row) => row[0])).size, 13);
  tf.dispose([scores, maps as tf.Tensor3D]);
  core.dispose();
});

test('neighbours, one or several, by plain loops; rows in pieces are rows', () => {
  const rows = randomFeatures([1, 50, 3], 'f');
  const bank = randomFeatures([1, 7, 3], 'g');
  const [r, m] = [tf.squeeze(rows.tensor, [0]), tf.squeeze(bank.tensor, [0])] as [tf.Tensor2D, tf.Tensor2D];
  const expected = rows.rows[0].map((x) => bank.rows[0].map((y) => euclid(x, y)));
  assert.deepEqual(
    [...nearestIndex(r, m).dataSync()],
    expected.map((d) => d.indexOf(Math.min(...d))),
  );
  const three = expected.map(
    (d) =>
      [...d]
        .sort((x, y) => x - y)
        .slice(0, 3)
        .reduce((x, y) => x + y) / 3,
  );
  assertClose(meanNearestDistance(r, m, 3).dataSync(), three, 'three nearest');
  assertClose(
    meanNearestDistance(r, m, 99).dataSync(),
    expected.map((d) => d.reduce((x, y) => x + y) / 7),
    'all',
  );
  const counts: number[] = [];
  const sums = inPieces(r, 7, (piece) => (counts.push(piece.shape[0]), tf.sum(piece, 1)), 150);
  assert.deepEqual(counts, [21, 21, 8]);
  assertClose(sums.dataSync(), tf.sum(r, 1).dataSync(), 'sums');
});
