import assert from 'node:assert/strict';
import test from 'node:test';
import { UserError } from '../../src/common/errors';
import { Random } from '../../src/common/random';
import { canvasOf, copyBox, quantize } from '../../src/synthesis/canvas';
import { changeLabel } from '../../src/synthesis/change-label';
import { cutpaste } from '../../src/synthesis/cutpaste';
import { distanceTransform } from '../../src/synthesis/distance-transform';
import { gaussIntensity } from '../../src/synthesis/gauss-intensity';
import { gaussianBlur } from '../../src/image/gaussian-blur';
import { PUBLISHED_PARAMETERS } from '../../src/synthesis/parameters';
import { radialDeformation, sinkMap, sourceMap } from '../../src/synthesis/radial';
import type { OutlinedShape } from '../../src/synthesis/shape';
import { smoothIntensity } from '../../src/synthesis/smooth-intensity';
import { TASK_NAMES } from '../../src/synthesis/registry';
import { synthesize } from '../../src/synthesis/tasks';
import { imageFrom, phantom } from './images';

/** A disc of radius 10 in a box of 21 x 21. */
const DISC: OutlinedShape = {
  height: 21,
  width: 21,
  mask: Uint8Array.from({ length: 441 }, (_, i) => (Math.hypot((i % 21) - 10, Math.floor(i / 21) - 10) <= 10 ? 1 : 0)),
  fill: 317 / 441,
  edgeDistances: (y, x) => Float64Array.from({ length: 441 }, (_, k) => edgeOfDisc(y, x, Math.floor(k / 21) - y, (k % 21) - x)),
};

/** How many times (dy, dx) it is from a point of the disc to its edge. */
function edgeOfDisc(y: number, x: number, dy: number, dx: number): number {
  const a = dy * dy + dx * dx;
  const b = (y - 10) * dy + (x - 10) * dx;
  return (-b + Math.sqrt(b * b + a * (100 - (y - 10) ** 2 - (x - 10) ** 2))) / a;
}

const AT = { y: 7, x: 15 };

function discPixels(): [number, number, number][] {
  return [...DISC.mask.keys()].filter((k) => DISC.mask[k] === 1).map((k) => [Math.floor(k / 21), k % 21, k]);
}

test('CutPaste moves, rotates and scales: a ramp stays a ramp of the right slope', () => {
  const down = imageFrom(64, 64, (y) => 5000 + 500 * y, 16);
  const across = imageFrom(64, 64, (_, x) => 5000 + 500 * x, 16);
  for (const rotation of [0, 45]) {
    for (let seed = 0; seed < 8; seed++) {
      const gradient = (source: typeof down): [number, number] => {
        const canvas = canvasOf(imageFrom(64, 64, () => 0, 16));
        const parameters = { ...PUBLISHED_PARAMETERS.cutpaste, rotation, scaleMean: 0 };
        cutpaste(canvas, DISC, AT, [source], parameters, Random.of(seed, 'cutpaste'));
        const at = (i: number, j: number): number => canvas.data[(AT.y + i) * 64 + AT.x + j];
        return [at(13, 10) - at(7, 10), at(10, 13) - at(10, 7)];
      };
      const [yy, yx] = gradient(down);
      const [xy, xx] = gradient(across);
      // rotation matrix [c -s; s c] times 6 pixels of 500 levels
      assert.ok(Math.abs(yy - xx) <= 6 && Math.abs(yx + xy) <= 6, `${yy} ${yx} ${xy} ${xx}`);
      assert.ok(Math.abs(Math.hypot(yy, xy) - 3000) <= 6);
      if (rotation === 0) assert.ok(Math.abs(yy - 3000) <= 2);
    }
  }
});

test('CutPaste scales up in half of the draws and down in the other half', () => {
  const across = imageFrom(128, 128, (_, x) => 200 * x, 16);
  const slopes = Array.from({ length: 200 }, (_, seed) => {
    const canvas = canvasOf(imageFrom(64, 64, () => 0, 16));
    cutpaste(canvas, DISC, AT, [across], { ...PUBLISHED_PARAMETERS.cutpaste, rotation: 0 }, Random.of(seed, 'scale'));
    return (canvas.data[(AT.y + 10) * 64 + AT.x + 13] - canvas.data[(AT.y + 10) * 64 + AT.x + 7]) / 1200;
  });
  const larger = slopes.filter((s) => s > 1);
  const smaller = slopes.filter((s) => s < 1);
  assert.ok(larger.length > 70 && smaller.length > 70);
  const mean = (v: number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
  assert.ok(Math.abs(mean(larger) - 1.1) < 0.04, String(mean(larger)));
  assert.ok(Math.abs(mean(smaller.map((s) => 1 / s)) - 1.1) < 0.04);
});

test("CutPaste's label: a byte's difference, closed and filled", () => {
  const before = imageFrom(12, 12, () => 100);
  const shapes = new Uint8Array(144);
  const canvas = canvasOf(before);
  for (let y = 2; y <= 8; y++) {
    for (let x = 2; x <= 8; x++) {
      shapes[y * 12 + x] = 1;
      if (Math.max(Math.abs(y - 5), Math.abs(x - 5)) > 1) canvas.data[y * 12 + x] = 130;
    }
  }
  canvas.data[2 * 12 + 2] = 101;
  const label = changeLabel(canvas, before.data, shapes, 0.2);
  assert.equal(label[5 * 12 + 5], 1, 'the unchanged middle is a hole');
  assert.equal(label[0], 0);
  const lone = canvasOf(before);
  lone.data[40] = 101;
  const spot = new Uint8Array(144);
  spot[40] = 1;
  const soft = changeLabel(lone, before.data, spot, 0.2)[40];
  assert.ok(soft < 1 && Math.abs(soft - 0.9999963) < 1e-7, '+1 falls short of 1');
  lone.data[40] = 99;
  assert.equal(changeLabel(lone, before.data, spot, 0.2)[40], 1, '-1 is 255 in bytes');
});

test('smooth intensity: the stated profile, clipped to the image', () => {
  const image = imageFrom(64, 64, (y, x) => (y === 0 ? (x === 0 ? 40 : 190) : 128));
  const parameters = { ...PUBLISHED_PARAMETERS.smoothIntensity, offset: 70, scale: 0, borderOffset: 0.0625, borderScale: 0 };
  const depth = distanceTransform(DISC.mask, 21, 21);
  const signs = new Set<number>();
  for (let seed = 0; seed < 10; seed++) {
    const canvas = canvasOf(image);
    smoothIntensity(canvas, DISC, AT, parameters, Random.of(seed, 'smooth'));
    const sign = Math.sign(canvas.data[(AT.y + 10) * 64 + AT.x + 10] - 128);
    signs.add(sign);
    for (const [i, j, k] of discPixels()) {
      const raw = 128 + sign * 70 * Math.min(1, depth[k] / 4);
      assert.equal(canvas.data[(AT.y + i) * 64 + AT.x + j], Math.floor(Math.min(190, Math.max(40, raw))));
    }
  }
  assert.equal(signs.size, 2);
});

test('Gaussian intensity: bounded by u times the blurred shape, and reaching it', () => {
  const image = imageFrom(64, 64, () => 32768, 16);
  const blurred = gaussianBlur(DISC.mask, 21, 21, 2);
  const parameters = {
    ...PUBLISHED_PARAMETERS.gaussIntensityChange,
    change: [0.4, 0.4] as [number, number],
    blurSigma: [2, 2] as [number, number],
  };
  let fullest = 0;
  const signs = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    const canvas = canvasOf(image);
    gaussIntensity(canvas, DISC, AT, parameters, Random.of(seed, 'gauss'));
    for (const [i, j, k] of discPixels()) {
      const change = canvas.data[(AT.y + i) * 64 + AT.x + j] - 32768;
      if (change !== 0) signs.add(Math.sign(change));
      const share = Math.abs(change) / (0.4 * 65535 * blurred[k]);
      assert.ok(share <= 1 + 1e-9);
      fullest = Math.max(fullest, share);
    }
  }
  assert.ok(fullest > 0.97, String(fullest));
  assert.equal(signs.size, 2);
});

test('source and sink sample at the points of their formulas', () => {
  for (const f of [2, 3, 0.5]) {
    for (const t of [0, 0.1, 0.5, 1]) {
      assert.ok(Math.abs(sourceMap(t, f) - t ** f) < 1e-15);
      assert.ok(Math.abs(sinkMap(t, f) - (1 - (1 - t) ** f)) < 1e-15);
    }
  }
  const box = (k: number): boolean => k % 21 > 0 && k % 21 < 20 && k >= 21 && k < 420;
  for (const map of [sourceMap, sinkMap]) {
    for (let seed = 0; seed < 6; seed++) {
      const sampled = (level: (y: number, x: number) => number): Float64Array => {
        const canvas = canvasOf(imageFrom(64, 64, (y, x) => 3000 + 900 * level(y - AT.y, x - AT.x), 16));
        const parameters = { ...PUBLISHED_PARAMETERS.source, exponentLog2: [1.5, 1.5] as [number, number] };
        radialDeformation(canvas, DISC, AT, map, parameters, Random.of(seed, 'radial'));
        return canvas.data.map((v) => (v - 3000) / 900);
      };
      const y = sampled((v) => v + 8);
      const x = sampled((_, v) => v + 16);
      const moved = ([i, j]: [number, number, number]): [number, number] => {
        const at = (AT.y + i) * 64 + AT.x + j;
        return [y[at] - 8 - i, x[at] - 16 - j];
      };
      const pixels = discPixels().filter((p) => box(p[2]));
      const worst = ([cy, cx]: [number, number, number]): number => {
        let most = 0;
        for (const p of pixels) {
          const r = Math.hypot(p[0] - cy, p[1] - cx);
          const [dy, dx] = r === 0 ? [0, 0] : [(p[0] - cy) / r, (p[1] - cx) / r];
          const d = r === 0 ? 1 : edgeOfDisc(cy, cx, dy, dx);
          const by = d < r + 0.1 ? 0 : d * map(r / d, 2 ** 1.5) - r;
          const [my, mx] = moved(p);
          if (d >= r + 0.1) most = Math.max(most, Math.hypot(my - by * dy, mx - by * dx));
        }
        return most;
      };
      // the ramp's repeated edge bends its spline a little: hence not exactly 0
      const best = discPixels().filter((p) => worst(p) < 0.1);
      assert.equal(best.length, 1, `seed ${seed}: one pixel is the centre of all movement`);
    }
  }
});

test('identity changes nothing and counts its shapes', () => {
  const image = phantom(64, 48);
  const counts = new Set<number>();
  for (let d = 0; d < 30; d++) {
    const draw = synthesize('IdentityTask', image, { support: [], random: Random.of(d) });
    assert.deepEqual(draw.image.data, image.data);
    assert.ok(draw.mask.data.every((v) => v === 0));
    counts.add(draw.anomalies);
  }
  assert.deepEqual([...counts].sort(), [1, 2]);
});

test('images of any size and shape work, also with smaller support images', () => {
  for (const [height, width] of [
    [8, 8],
    [9, 70],
    [61, 16],
    [101, 100],
  ]) {
    for (const bits of [8, 16] as const) {
      const image = phantom(height, width, bits);
      const before = image.data.slice();
      for (const task of TASK_NAMES) {
        for (let d = 0; d < 15; d++) {
          const draw = synthesize(task, image, { support: [image, phantom(12, 10, bits)], random: Random.of(d, task) });
          assert.equal(draw.image.data.constructor, image.data.constructor);
          assert.equal(draw.image.data.length, height * width);
          assert.ok(draw.mask.data.every((v) => v >= 0 && v <= 1));
          if (task === 'IdentityTask') continue;
          draw.image.data.forEach((v, i) => assert.ok(v === image.data[i] || draw.mask.data[i] > 0, `${task}: changed outside the mask`));
        }
      }
      assert.deepEqual(image.data, before, 'the input is left alone');
    }
  }
});

test('16-bit images change like 8-bit images, 257 times as much', () => {
  for (const task of TASK_NAMES) {
    for (let d = 0; d < 12; d++) {
      const low = synthesize(task, phantom(64, 64), { support: [phantom(64, 64)], random: Random.of(d, task) });
      const high = synthesize(task, phantom(64, 64, 16), { support: [phantom(64, 64, 16)], random: Random.of(d, task) });
      assert.equal(high.anomalies, low.anomalies);
      high.image.data.forEach((v, i) =>
        assert.ok(Math.abs(v / 257 - low.image.data[i]) <= 2, `${task}, pixel ${i}: ${v} and ${low.image.data[i]}`),
      );
      if (task !== 'CutpasteTask') assert.deepEqual(high.mask.data, low.mask.data);
    }
  }
});

test('the same generator gives the same draw', () => {
  const image = phantom(64, 64);
  for (const task of TASK_NAMES) {
    const draw = (key: number): unknown => synthesize(task, image, { support: [image], random: Random.of(key, 'same') });
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
  }
});

test('invalid images are refused in one line', () => {
  const good = phantom(32, 32);
  const refused = (image: unknown, support: unknown[] = [good]): void => {
    assert.throws(
      () => synthesize('CutpasteTask', image as typeof good, { support: support as (typeof good)[], random: Random.of(0) }),
      (error: Error) => error instanceof UserError && !error.message.includes('\n'),
    );
  };
  refused(phantom(7, 32));
  refused({ ...good, data: good.data.subarray(1) });
  refused({ ...good, channels: 3 });
  refused({ ...good, width: NaN });
  refused(good, []);
  refused(good, [phantom(32, 32, 16)]);
  refused(good, [phantom(32, 4)]);
});

test('rounding and truncation to grey levels', () => {
  assert.deepEqual(
    [-3, 0.4, 0.5, 254.6, 300].map((v) => quantize(v, 255)),
    [0, 0, 1, 255, 255],
  );
  const image = imageFrom(3, 4, () => 7);
  const canvas = canvasOf(image);
  canvas.data.fill(9.99);
  copyBox(canvas, image, { y: 1, x: 1 }, 2, 2);
  assert.deepEqual([...image.data], [7, 7, 7, 7, 7, 9, 9, 7, 7, 9, 9, 7]);
});
