import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../../src/common/random';
import { UserError } from '../../src/common/errors';
import { PUBLISHED_PARAMETERS } from '../../src/synthesis/parameters';
import { cellNoise, noiseAt, perlinShape, type Gradients } from '../../src/synthesis/perlin-shape';
import { randomCorner, sideBounds } from '../../src/synthesis/shape';
import { simpleShape } from '../../src/synthesis/simple-shape';

const { perlinShape: perlin, simpleShape: simple } = PUBLISHED_PARAMETERS;

test('bounds of the sides, rounded half to even', () => {
  assert.deepEqual(sideBounds(224, { minimum: 0.1, maximum: 0.6 }), { lo: 22, hi: 134 });
  assert.deepEqual(sideBounds(224, { minimum: 0.3, maximum: 0.8 }), { lo: 67, hi: 179 });
  assert.deepEqual(sideBounds(25, { minimum: 0.1, maximum: 0.5 }), { lo: 2, hi: 12 });
  assert.deepEqual(sideBounds(8, { minimum: 0.01, maximum: 0.02 }), { lo: 2, hi: 3 });
});

test('gradient noise of one cell, by hand', () => {
  const one = (i: number): Gradients => Array.from({ length: 8 }, (_, k) => (k === i ? 1 : 0)) as unknown as Gradients;
  // at (0.5, 0.5) both fades are 0.5; each corner weighs a quarter, its offset is +-0.5
  const expected = [0.5, 0.5, -0.5, 0.5, 0.5, -0.5, -0.5, -0.5].map((offset) => Math.SQRT2 * 0.25 * offset);
  expected.forEach((value, i) => assert.ok(Math.abs(cellNoise(one(i), 2, 2)[3] - value) < 1e-12, `gradient ${i}`));
  // at (0.25, 0): fade(0.25) = 0.103515625, the right corners do not count
  assert.ok(Math.abs(cellNoise(one(0), 4, 4)[4] - Math.SQRT2 * 0.25 * (1 - 0.103515625)) < 1e-12);
  assert.equal(cellNoise([1, 2, 3, 4, 5, 6, 7, 8], 3, 3)[0], 0);
});

test('the noise at single points equals that of the whole array', () => {
  const g: Gradients = [0.3, -0.9, -0.8, 0.6, 0.1, 0.99, -0.5, -0.7];
  const whole = cellNoise(g, 7, 11);
  for (let i = 0; i < 77; i++) assert.ok(Math.abs(whole[i] - noiseAt(g, Math.floor(i / 11) / 7, (i % 11) / 11)) < 1e-12);
});

test('Perlin shapes: sides and fill are within their limits, and every side occurs', () => {
  const heights = new Set<number>();
  for (let d = 0; d < 300; d++) {
    const shape = perlinShape(40, 100, { minimum: 0.1, maximum: 0.3 }, perlin, Random.of(d, 'shape'));
    assert.ok(shape.width >= 10 && shape.width < 30);
    assert.ok(shape.fill >= 0.2 && shape.fill === shape.mask.reduce((a, b) => a + b, 0) / (shape.height * shape.width));
    heights.add(shape.height);
  }
  assert.deepEqual(
    [...heights].sort((a, b) => a - b),
    [4, 5, 6, 7, 8, 9, 10, 11],
  );
});

test('impossible shapes give an error', () => {
  const impossible = { ...perlin, threshold: 1.5 };
  assert.throws(() => perlinShape(64, 64, { minimum: 0.3, maximum: 0.8 }, impossible, Random.of(1)), UserError);
});

test('simple shapes fit into the image, are symmetric and have the area of their sides', () => {
  for (let d = 0; d < 400; d++) {
    const random = Random.of(d, 'simple');
    const [height, width] = [random.integer(8, 60), random.integer(8, 60)];
    const shape = simpleShape(height, width, { minimum: 0.2, maximum: d % 2 ? 1 : 0.6 }, simple, random);
    assert.ok(shape.height <= height && shape.width <= width, `draw ${d}`);
    assert.deepEqual([...shape.mask].reverse(), [...shape.mask]);
    assert.equal(shape.mask[(shape.mask.length - 1) / 2], 1);
    const corner = randomCorner(shape, height, width, random);
    assert.ok(corner.y >= 0 && corner.x >= 0 && corner.y + shape.height <= height && corner.x + shape.width <= width);
  }
});

test('an upright shape: a full rectangle, an ellipse of pi / 4', () => {
  const upright = { ...simple, shearSd: 0, rotation: 0 };
  const limits = { minimum: 0.5, maximum: 0.6 };
  const rectangle = simpleShape(200, 200, limits, { ...upright, ellipseProbability: 0 }, Random.of(1));
  assert.ok(rectangle.fill > 0.95, String(rectangle.fill)); // a row and a column may be lost to shrinking
  const ellipse = simpleShape(200, 200, limits, { ...upright, ellipseProbability: 1 }, Random.of(1));
  assert.ok(Math.abs(ellipse.fill - Math.PI / 4) < 0.03, String(ellipse.fill));
});

test('the distance to the outline is where the mask ends', () => {
  for (let d = 0; d < 60; d++) {
    const random = Random.of(d, 'edge');
    const { height, width, mask, edgeDistances } = simpleShape(120, 120, { minimum: 0.2, maximum: 0.6 }, simple, random);
    const inside = (y: number, x: number): boolean => {
      const [i, j] = [Math.round(y), Math.round(x)];
      return i >= 0 && j >= 0 && i < height && j < width && mask[i * width + j] === 1;
    };
    const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
    const fromCentre = edgeDistances(cy, cx);
    for (const [k, distance] of fromCentre.entries()) {
      const [dy, dx] = [Math.floor(k / width) - cy, (k % width) - cx];
      if (mask[k] === 0) {
        assert.equal(distance, 0);
        continue;
      }
      const r = Math.hypot(dy, dx);
      if (r < 3) continue; // too few directions to tell
      // a pixel of slack in both directions for the grid, more along flat angles
      for (const [off, expected] of [
        [-2.5, true],
        [2.5, false],
      ] as const) {
        const share = distance + off / r;
        assert.equal(inside(cy + share * dy, cx + share * dx), expected, `draw ${d}, pixel ${k}`);
      }
    }
    // seen from halfway, the way to the pixel is half as long, and to the outline it is that half less
    const k = mask.findIndex(
      (v, i) => v === 1 && (Math.floor(i / width) - cy) % 2 === 0 && (i % width) - cx < -4 && ((i % width) - cx) % 2 === 0,
    );
    const [hy, hx] = [(Math.floor(k / width) + cy) / 2, ((k % width) + cx) / 2];
    assert.ok(Math.abs(edgeDistances(hy, hx)[k] - (2 * fromCentre[k] - 1)) < 1e-9);
  }
});
