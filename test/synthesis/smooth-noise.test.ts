import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../../src/common/random';
import { gaussianBlur } from '../../src/image/gaussian-blur';
import { smoothNoise } from '../../src/synthesis/smooth-noise';

const SIZE = 48;

/** Second moments of a field at some pairs of pixels over many draws, in units of the one at the middle. */
function moments(draw: (random: Random) => Float64Array, draws: number): number[] {
  const middle = 24 * SIZE + 24;
  const pairs = [
    [middle, middle],
    [middle, middle + 3],
    [middle, middle + 3 * SIZE],
    [middle, middle + 6],
    [middle, middle + 6 * SIZE + 6],
    [middle + 1, middle + 1],
    [20, 20], // at the border, where reflection doubles it
    [24 * SIZE, 24 * SIZE],
    [0, 0],
    [0, 4],
  ];
  const sums = pairs.map(() => 0);
  for (let i = 0; i < draws; i++) {
    const field = draw(Random.of(i, 'moments'));
    pairs.forEach(([a, b], k) => (sums[k] += field[a] * field[b]));
  }
  return sums.map((sum) => sum / sums[0]);
}

test('smooth noise has the moments of blurred signs, in the middle and at the border', () => {
  for (const sigma of [4, 7]) {
    const signs = (random: Random): Float64Array =>
      gaussianBlur(
        Array.from({ length: SIZE * SIZE }, () => (random.chance(0.5) ? 1 : -1)),
        SIZE,
        SIZE,
        sigma,
      );
    const published = moments(signs, 1200);
    const ours = moments((random) => smoothNoise(SIZE, SIZE, sigma, random), 1200);
    ours.forEach((value, k) =>
      assert.ok(Math.abs(value - published[k]) < 0.16 * Math.max(1, published[k]), `sigma ${sigma}, pair ${k}: ${value}, ${published[k]}`),
    );
    assert.ok(Math.abs(ours[3] - Math.exp(-36 / (4 * sigma * sigma))) < 0.12, `${ours[3]}`);
  }
});

test('smooth noise of odd sides and of a sigma larger than the image', () => {
  for (const [height, width, sigma] of [
    [9, 31, 0.7],
    [8, 13, 100],
  ]) {
    const field = smoothNoise(height, width, sigma, Random.of(1, 'odd'));
    assert.equal(field.length, height * width);
    assert.ok(field.every(Number.isFinite));
    assert.deepEqual(field, smoothNoise(height, width, sigma, Random.of(1, 'odd')));
  }
});
