import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../../src/common/random';
import { arrowOf, perlinRows, perlinSteps } from '../../src/notebook/perlin-steps';
import { PUBLISHED_PARAMETERS } from '../../src/synthesis/parameters';
import { noiseAt, perlinShape } from '../../src/synthesis/perlin-shape';

const limits = { minimum: 0.3, maximum: 0.8 };

test('the steps lead to the shape that the synthesis draws from the same state', () => {
  let tries = 0;
  for (let seed = 0; seed < 30; seed++) {
    const steps = perlinSteps(224, Random.of(seed, 'steps'), limits);
    const shape = perlinShape(224, 224, limits, PUBLISHED_PARAMETERS.perlinShape, Random.of(seed, 'steps'));
    assert.deepEqual([steps.height, steps.width], [shape.height, shape.width]);
    assert.deepEqual(steps.mask, shape.mask);
    const above = steps.rotated.map((v) => (v > 0.3 ? 1 : 0));
    assert.ok(above.filter((v, i) => v !== shape.mask[i]).length <= 3);
    tries += steps.attempts;
  }
  assert.ok(tries > 45, 'shapes that fill too little are among those drawn');
});

test('each ramp is 0 at its own corner, and their mix is the noise', () => {
  const { ramps, noise, gradients, height, width } = perlinSteps(224, Random.of(1, 'ramps'), limits);
  const fade = (t: number): number => 6 * t ** 5 - 15 * t ** 4 + 10 * t ** 3;
  const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
  assert.ok(Math.abs(ramps[0][0]) === 0);
  for (const [i, j] of [
    [0, 0],
    [10, 20],
    [height - 1, 3],
    [height >> 1, width - 1],
  ]) {
    const [y, x, k] = [i / height, j / width, i * width + j];
    const [topLeft, bottomLeft, topRight, bottomRight] = ramps.map((ramp) => ramp[k]);
    const expected = Math.SQRT2 * mix(mix(topLeft, bottomLeft, fade(y)), mix(topRight, bottomRight, fade(y)), fade(x));
    assert.ok(Math.abs(noise[k] - expected) < 1e-9);
    assert.ok(Math.abs(noise[k] - noiseAt(gradients, y, x)) < 1e-9);
  }
});

test('arrows point where gradients do, y downwards', () => {
  assert.deepEqual(
    [arrowOf(0, 1), arrowOf(-1, 1), arrowOf(-1, 0), arrowOf(0, -1), arrowOf(1, 0), arrowOf(1, 1)],
    ['→', '↗', '↑', '←', '↓', '↘'],
  );
});

test('the picture has four ramps, and four pictures of the shape, the last placed within the image', () => {
  const steps = perlinSteps(64, Random.of(2, 'rows'), limits);
  const image = { width: 64, height: 64, channels: 1 as const, data: new Uint8Array(4096) };
  const rows = perlinRows(steps, image);
  assert.deepEqual(
    rows.map(({ panels }) => panels.length),
    [4, 4],
  );
  const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
  assert.equal(sum(rows[1].panels[3].contour ?? []), sum(steps.mask));
});
