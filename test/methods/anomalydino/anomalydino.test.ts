import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Backbone } from '../../../src/backbones/backbone';
import { initBackend } from '../../../src/common/node/backend';
import { tf } from '../../../src/common/tf';
import { gaussianBlur } from '../../../src/image/gaussian-blur';
import { AnomalyDino } from '../../../src/methods/anomalydino/anomalydino';
import { firstComponent, foreground } from '../../../src/methods/anomalydino/foreground';
import { rotated } from '../../../src/methods/anomalydino/rotations';
import { Upsampling } from '../../../src/methods/mediclip/anomaly-map';
import { baselineSchema, type BaselineOptions } from '../../../src/methods/registry';
import { assertClose, randomFeatures } from '../fake-encoder';

before(() => initBackend());

const options = (changes: Record<string, unknown>): BaselineOptions['anomalydino'] =>
  (baselineSchema.parse({ anomalydino: changes }) as BaselineOptions).anomalydino;

/** A backbone whose tokens are the grey levels of its patches of one pixel, and their squares. */
function greyBackbone(size: number): Backbone {
  const encode = (pixels: tf.Tensor4D): { tokens: tf.Tensor3D[] } => {
    const [b] = pixels.shape;
    const grey = tf.reshape(tf.slice(pixels, [0, 0, 0, 0], [b, 1, size, size]), [b, size * size, 1]);
    return { tokens: [tf.concat([grey, tf.square(grey), tf.onesLike(grey)], 2) as tf.Tensor3D] };
  };
  const image = { grid: size, width: 3, depth: 2, encode, projectTokens: (tokens: tf.Tensor3D) => tokens };
  return { family: 'grey', imageSize: size, jointWidth: 3, image, text: undefined, dispose: () => undefined } as unknown as Backbone;
}

test('a quarter turn is exact and counter-clockwise; a full circle changes nothing', () => {
  const image = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90);
  const turned = [3, 6, 9, 2, 5, 8, 1, 4, 7];
  assert.deepEqual([...rotated(image, 3, 90)], [...turned, ...turned.map((v) => 10 * v)]);
  assert.deepEqual([...rotated(image, 3, 180).slice(0, 9)], [9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual([...rotated(rotated(image, 3, 90), 3, 270)], [...image]);
  assert.deepEqual([...rotated(image, 3, 360)], [...image]);
});

test('an eighth of a turn is bilinear, and mirrored beyond the border', () => {
  const image = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9); // v = 5 + dx + 3 dy about the centre
  const turned = rotated(image, 3, 45);
  assert.equal(turned[4], 5);
  // (1, 0) comes from (sqrt 1/2, sqrt 1/2), inside: linear
  assertClose([turned[5]], [5 + 4 * Math.SQRT1_2], 'right of the centre');
  // the corner (1, 1) comes from (0, sqrt 2), mirrored to (0, 2 - sqrt 2)
  assertClose([turned[8]], [5 + 3 * (2 - Math.SQRT2)], 'a corner', 1e-6);
});

test('the first principal component of points near a line, by hand', () => {
  // centred: (-3, -3), (-1, -1), (1, 1), (3, 3) along (1, 1) / sqrt 2, and nothing across
  const scores = firstComponent(Float32Array.of(7, 2, 9, 4, 11, 6, 13, 8), 4);
  assertClose(
    scores,
    [-3, -1, 1, 3].map((v) => v * Math.SQRT2),
    'scores',
    1e-6,
  );
  // along (1, -1), orthogonal to the vector with which the iteration starts
  const across = firstComponent(Float32Array.of(-2, 2, 0, 0, 2, -2), 3);
  assertClose(across.map(Math.abs), [2 * Math.SQRT2, 0, 2 * Math.SQRT2], 'across', 1e-6);
  assert.deepEqual([...firstComponent(Float32Array.of(4, 4, 4, 4), 2)].map(Math.abs), [0, 0]);
});

test('the foreground covers the centre whatever the sign of the component, and is closed and grown by one patch', () => {
  const grid = 10;
  const inside = (i: number): boolean => [Math.floor(i / grid), i % grid].every((v) => v >= 3 && v <= 6);
  const grown = (i: number): boolean => [Math.floor(i / grid), i % grid].every((v) => v >= 2 && v <= 7);
  for (const sign of [1, -1]) {
    const tokens = Float32Array.from({ length: grid * grid * 2 }, (_, k) => (k % 2 === 0 && inside(k >> 1) ? 40 * sign : 0));
    tokens[2 * 44] = 0; // a hole
    const mask = foreground(tokens, grid, 10);
    assert.deepEqual(
      [...mask],
      Array.from({ length: grid * grid }, (_, i) => Number(grown(i))),
    );
  }
  const faint = Float32Array.from({ length: grid * grid * 2 }, (_, k) => k % 3);
  assert.ok(
    foreground(faint, grid, 10).every((v) => v === 1),
    'a mask without any patch masks nothing',
  );
});

test('scores and maps equal those of plain loops: cosine distance, the mean of the top share, blur', () => {
  const g = 4;
  const [support, images] = [randomFeatures([3, g * g, 3], 's'), randomFeatures([2, g * g, 3], 't')];
  const method = new AnomalyDino(greyBackbone(g), null, options({ topShare: 0.2, sigma: 1.5 }));
  method.fit([support.tensor]);
  const live = tf.memory().numTensors;
  const found = method.score([images.tensor]);
  assert.equal(tf.memory().numTensors, live + 2);
  const cosine = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + v * b[i], 0) / (Math.hypot(...a) * Math.hypot(...b));
  const memory = support.rows.flat();
  const up = new Upsampling(g, g);
  images.rows.forEach((rows, k) => {
    const distances = rows.map((p) => Math.min(...memory.map((m) => 1 - cosine(p, m))));
    const top = [...distances].sort((a, b) => b - a).slice(0, 3); // 0.2 of 16, rounded down
    assertClose([found.scores.dataSync()[k]], [top.reduce((a, b) => a + b) / 3], `score ${k}`);
    const plain = up.apply(tf.tensor4d(distances, [1, 1, g, g])).dataSync();
    const map = (found.maps as tf.Tensor3D).dataSync().slice(k * g * g, (k + 1) * g * g);
    assertClose(map, gaussianBlur(plain, g, g, 1.5), `map ${k}`);
  });
  const one = new AnomalyDino(greyBackbone(g), [1], options({})); // 1 % of 16 patches is less than one patch
  one.fit([support.tensor]);
  const worst = Math.max(...images.rows[0].map((p) => Math.min(...memory.map((m) => 1 - cosine(p, m)))));
  assertClose([one.score([images.tensor]).scores.dataSync()[0]], [worst], 'the highest distance');
});

test('turned copies follow the image itself, and only the image itself is scored', () => {
  const size = 5;
  const values = Float32Array.from({ length: 2 * 3 * size * size }, (_, i) => Math.sin(i * 1.7) + 2);
  const pixels = tf.tensor4d(values, [2, 3, size, size]);
  const method = new AnomalyDino(greyBackbone(size), null, options({ rotations: 4, sigma: 0 }));
  const live = tf.memory().numTensors;
  const [tokens] = method.encodeSupport(pixels);
  assert.equal(tf.memory().numTensors, live + 1);
  assert.deepEqual(tokens.shape, [2, 4 * size * size, 3]);
  const second = tokens.dataSync().slice(4 * size * size * 3);
  const grey = values.subarray(3 * size * size, 4 * size * size);
  [0, 90, 180, 270].forEach((degrees, turn) => {
    const expected = rotated(grey, size, degrees);
    expected.forEach((v, i) => assert.ok(Math.abs(second[(turn * size * size + i) * 3] - v) < 1e-6, `${degrees} ${i}`));
  });
  method.fit([tokens]);
  // a normal image turned by a quarter has no distance at all, with rotations only
  const turned = tf.tensor4d(rotated(values.subarray(0, 3 * size * size), size, 90), [1, 3, size, size]);
  assert.ok(method.score(method.encode(turned)).scores.dataSync()[0] < 1e-6);
  const eighths = new AnomalyDino(greyBackbone(size), null, options({ rotations: 8 }));
  eighths.fit(eighths.encode(pixels)); // an eighth of a turn mixes pixels, so only the image itself is known
  assert.ok(
    eighths
      .score(eighths.encodeSupport(pixels))
      .scores.dataSync()
      .every((score) => score < 1e-6),
  );
  const alone = new AnomalyDino(greyBackbone(size), null, options({ rotations: 1 }));
  assert.deepEqual(alone.encodeSupport(pixels)[0].shape, [2, size * size, 3]);
});

test('with masking, patches of the background count as normal', () => {
  const g = 10;
  const rows = Array.from({ length: g * g }, (_, i) =>
    [Math.floor(i / g), i % g].every((v) => v >= 3 && v <= 6) ? [60, 1, 0] : [0, 1, i % 2],
  );
  const method = new AnomalyDino(greyBackbone(g), null, options({ masking: true, sigma: 0 }));
  method.fit([tf.tensor3d([rows.map(([a, b]) => [a, b, -1])])]);
  const map = (method.score([tf.tensor3d([rows])]).maps as tf.Tensor3D).dataSync();
  const without = new AnomalyDino(greyBackbone(g), null, options({ sigma: 0 }));
  without.fit([tf.tensor3d([rows.map(([a, b]) => [a, b, -1])])]);
  const all = (without.score([tf.tensor3d([rows])]).maps as tf.Tensor3D).dataSync();
  for (let i = 0; i < g * g; i++) {
    const inside = [Math.floor(i / g), i % g].every((v) => v >= 2 && v <= 7); // grown by one patch
    assert.equal(map[i], inside ? all[i] : 0, String(i));
  }
  assert.ok(all[0] > 0.1);
});

test('several layers are refused', () => {
  assert.throws(() => new AnomalyDino(greyBackbone(4), [1, 2], options({})), /layers \[1, 2\]: AnomalyDINO takes the tokens of one block/);
  assert.throws(() => new AnomalyDino(greyBackbone(4), [3], options({})), /from 1 to 2/);
});
