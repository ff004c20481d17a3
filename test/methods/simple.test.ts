import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { NearestNeighbours } from '../../src/methods/knn/knn';
import { MeanIntensity } from '../../src/methods/mean-intensity/mean-intensity';
import { greyEncoder } from '../../src/methods/pixels';
import { tf } from '../../src/common/tf';
import { initBackend } from '../../src/common/node/backend';
import { toGray } from '../../src/image/grey';
import { pixelValues } from '../../src/image/pixel-values';
import { Upsampling } from '../../src/methods/mediclip/anomaly-map';
import { gaussianBlur } from '../../src/image/gaussian-blur';
import { assertClose, fakeEncoder } from './fake-encoder';

before(() => initBackend());

test('k nearest neighbours, by hand', () => {
  const knn = new NearestNeighbours(fakeEncoder(4), 2);
  knn.fit([tf.tensor3d([0, 0, 3, 4, 0, 10], [3, 1, 2])]);
  // from (0, 1): 1, sqrt(18), 9; from (3, 4): 5, 0, sqrt(45)
  const { scores, maps } = knn.score([tf.tensor3d([0, 1, 3, 4], [2, 1, 2])]);
  assertClose(scores.dataSync(), [(1 + Math.sqrt(18)) / 2, 2.5], 'scores');
  assert.equal(maps, null);
  knn.dispose();
});

test('mean grey, by hand', () => {
  const method = new MeanIntensity(fakeEncoder(2));
  method.fit([tf.tensor3d([0.1, 0.3, 0.5, 0.7], [2, 1, 2])]); // 0.4
  assertClose(method.score([tf.tensor3d([0.1, 0.3, 0.9, 0.5], [2, 1, 2])]).scores.dataSync(), [0.2, 0.3], 'scores');
  method.dispose();
});

test('grey pixels: luminance from normalised colours, means of areas, even if the sides do not divide', () => {
  const size = 6;
  const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * 37) % 256);
  const image = { width: size, height: size, channels: 3 as const, data };
  const pixels = tf.tensor4d(pixelValues([image]), [1, 3, size, size]);
  const grey = [...toGray(image).data].map((v) => v / 255);
  assertClose(greyEncoder(size, size).encode(pixels)[0].dataSync(), grey, 'as it is', 0.5 / 255 + 1e-5);
  const mean = (x: number, y: number): number =>
    [0, 1, 2].reduce((sum, i) => sum + [0, 1, 2].reduce((s, j) => s + grey[(y * 3 + i) * size + x * 3 + j], 0), 0) / 9;
  assertClose(
    greyEncoder(size, 2).encode(pixels)[0].dataSync(),
    [mean(0, 0), mean(1, 0), mean(0, 1), mean(1, 1)],
    'by 3',
    0.5 / 255 + 1e-5,
  );
  // 6 to 4: a small pixel covers one and a half
  const weights = [
    [1, 0.5, 0, 0, 0, 0],
    [0, 0.5, 1, 0, 0, 0],
    [0, 0, 0, 1, 0.5, 0],
    [0, 0, 0, 0, 0.5, 1],
  ];
  const expected = weights.flatMap((rows) =>
    weights.map((columns) => rows.reduce((sum, r, y) => sum + columns.reduce((s, c, x) => s + r * c * grey[y * size + x], 0), 0) / 2.25),
  );
  const [small] = greyEncoder(size, 4).encode(pixels);
  assert.deepEqual(small.shape, [1, 1, 16]);
  assertClose(small.dataSync(), expected, 'by 1.5', 0.5 / 255 + 1e-5);
});

test('a blurred resize is a resize, then a blur', () => {
  const grid = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i * i));
  const map = tf.tensor4d(grid, [1, 1, 4, 4]);
  const plain = new Upsampling(4, 20).apply(map).dataSync();
  assertClose(new Upsampling(4, 20, 4).apply(map).dataSync(), gaussianBlur(plain, 20, 20, 4), 'blurred');
});
