import assert from 'node:assert/strict';
import test from 'node:test';
import { cubicSpline, padWithEdge, sampleSpline } from '../../src/synthesis/cubic-spline';
import { distanceTransform } from '../../src/synthesis/distance-transform';
import { fillHoles } from '../../src/synthesis/fill-holes';
import { gaussianBlur, gaussianWeights } from '../../src/image/gaussian-blur';
import { greyClosing } from '../../src/synthesis/grey-closing';
import { Random } from '../../src/common/random';

// Literal reference numbers: SciPy 1.17 (ndimage) and scikit-image 0.26 (morphology.reconstruction).

const A = [3, 200, 17, 64, 90, 12, 5, 255, 31, 0, 77, 130, 8, 99, 140, 250, 60, 44, 21, 180];

function near(ours: ArrayLike<number>, reference: number[], tolerance: number): void {
  assert.equal(ours.length, reference.length);
  for (let i = 0; i < reference.length; i++)
    assert.ok(Math.abs(ours[i] - reference[i]) <= tolerance, `element ${i}: ${ours[i]}, expected ${reference[i]}`);
}

test('spline coefficients with either boundary', () => {
  near(
    cubicSpline(A, 4, 5, 'mirror').coefficients,
    [
      -406.4809523809524, 806.5619047619047, -583.7666666666667, 272.50476190476195, 135.74761904761914, 275.26547619047625,
      -510.7309523809525, 895.6583333333334, -253.90238095238095, -12.048809523809574, -228.50952380952384, 520.2190476190477,
      -420.36666666666673, 325.24761904761914, 121.37619047619049, 699.3083333333336, -305.2166666666667, 345.5583333333334,
      -263.01666666666677, 394.5083333333335,
    ],
    1e-9,
  );
});

test('reflected coefficients pass through the pixels and have themselves as neighbours beyond the border', () => {
  const { coefficients: c } = cubicSpline(A.slice(0, 5), 1, 5, 'reflect');
  const back = Array.from(c, (v, i) => (c[Math.max(0, i - 1)] + 4 * v + c[Math.min(4, i + 1)]) / 6);
  near(back, A.slice(0, 5), 1e-9);
});

test('spline samples: map_coordinates of order 3, modes constant and nearest', () => {
  const inside = [
    [0, 0],
    [1.5, 2.25],
    [0.3, 3.9],
    [3, 4],
    [2.75, 0.1],
    [1, 1],
  ];
  const mirror = cubicSpline(A, 4, 5, 'mirror');
  near(
    sampleSpline(mirror, Float64Array.from(inside.flat())),
    [3, 148.39125279017856, 70.14503452857141, 180, 228.08845133928583, 5],
    1e-9,
  );
  const around = [
    [-0.4, 1.2],
    [1.5, 2.25],
    [3.3, 4.45],
    [0.2, -0.3],
    [2.75, 0.1],
  ];
  const padded = cubicSpline(padWithEdge(A, 4, 5, 12), 28, 29, 'reflect');
  near(
    sampleSpline(
      padded,
      Float64Array.from(around.flat(), (v) => v + 12),
    ),
    [201.39811006806218, 143.43199399851514, 199.14499317219108, -15.244833480533007, 207.5505815081505],
    1e-9,
  );
});

test('a spline of one row, one column or one pixel passes through its pixels', () => {
  for (const [height, width] of [
    [1, 6],
    [6, 1],
    [1, 1],
    [2, 3],
  ]) {
    const data = A.slice(0, height * width);
    const spline = cubicSpline(data, height, width, 'mirror');
    near(sampleSpline(spline, Float64Array.from(data.flatMap((_, i) => [Math.floor(i / width), i % width]))), data, 1e-9);
  }
});

test('distance transform, squared', () => {
  const mask = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1];
  near(
    distanceTransform(mask, 4, 7).map((d) => d * d),
    [0, 1, 4, 8, 5, 4, 5, 1, 2, 5, 5, 2, 1, 2, 4, 5, 8, 4, 1, 0, 1, 9, 10, 10, 5, 2, 1, 2],
    1e-12,
  );
  assert.ok(distanceTransform([1, 1, 1, 1], 2, 2).every((d) => d === Infinity));
});

test('distance transform equals the search over all pixels', () => {
  for (let seed = 0; seed < 25; seed++) {
    const random = Random.of(seed, 'distance');
    const [height, width] = [random.integer(1, 20), random.integer(1, 20)];
    const mask = Uint8Array.from({ length: height * width }, () => (random.chance(0.9) ? 1 : 0));
    const reference = Array.from(mask, (_, i) => {
      let best = Infinity;
      mask.forEach((v, j) => {
        if (v === 0) best = Math.min(best, Math.hypot((i % width) - (j % width), Math.floor(i / width) - Math.floor(j / width)));
      });
      return best;
    });
    const ours = distanceTransform(mask, height, width);
    reference.forEach((d, i) => assert.ok(ours[i] === d || Math.abs(ours[i] - d) < 1e-9, `seed ${seed}, pixel ${i}`));
  }
});

test('Gaussian blur, also wider than the array', () => {
  near(
    gaussianBlur([0, 1, 4, 9, 16, 25], 2, 3, 1.3),
    [6.410682854528283, 8.217832363404948, 10.074077101248427, 7.980311750280128, 10.082770817283844, 12.234325113254371],
    1e-12,
  );
  near(
    gaussianBlur(A, 4, 5, 0.7),
    [
      38.89549104770441, 105.4532598533868, 83.62761182660185, 63.41718324864252, 68.12492399073949, 37.12895689115098, 78.73887907508953,
      112.50234949288517, 72.06483377606497, 51.285366507514624, 97.61547570172753, 87.12563859338808, 72.48113256472745, 78.91703324586125,
      107.78805283984934, 179.5744344570849, 95.97233254123881, 48.59017468123119, 66.65697581248273, 140.0398938526286,
    ],
    1e-12,
  );
  assert.equal(gaussianWeights(7).length, 29);
});

test('grey closing', () => {
  const g = [
    8, 6, 5, 2, 3, 0, 0, 0, 1, 8, 6, 9, 5, 6, 9, 7, 6, 5, 5, 9, 2, 8, 6, 0, 3, 8, 5, 0, 7, 7, 8, 1, 0, 8, 0, 5, 0, 2, 4, 4, 4, 0, 0, 1, 0,
    6, 5, 6, 2, 6, 7, 3, 4, 9, 8, 9,
  ];
  const closed = [
    8, 8, 8, 9, 9, 9, 9, 9, 8, 8, 8, 9, 9, 9, 9, 9, 8, 8, 8, 9, 8, 8, 8, 8, 8, 8, 7, 7, 7, 7, 8, 8, 8, 8, 7, 7, 7, 7, 8, 8, 6, 6, 7, 7, 7,
    7, 8, 8, 6, 6, 7, 7, 7, 9, 9, 9,
  ];
  assert.deepEqual([...greyClosing(Float64Array.from(g), 7, 8)], closed);
});

test('hole filling: through corners, at several levels', () => {
  const basin = [
    1, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 1, 1, 5, 0, 2, 3, 5, 1, 1, 5, 2, 4, 0, 5, 1, 1, 5, 5, 4, 5, 5, 0, 1, 1, 1, 1, 1, 1, 1,
  ];
  const filled = [
    1, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 1, 1, 5, 4, 4, 4, 5, 1, 1, 5, 4, 4, 4, 5, 1, 1, 5, 5, 4, 5, 5, 0, 1, 1, 1, 1, 1, 1, 1,
  ];
  assert.deepEqual([...fillHoles(Float64Array.from(basin), 6, 7)], filled);
});

test('hole filling equals repeated relaxation, also for winding channels', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = Random.of(seed, 'holes');
    const [height, width] = [random.integer(1, 24), random.integer(1, 24)];
    const data = Float64Array.from({ length: height * width }, () => (seed % 2 ? random.integer(0, 10) : random.chance(0.35) ? 0 : 1));
    assert.deepEqual(fillHoles(data, height, width), relax(data, height, width), `seed ${seed}`);
  }
  const spiral = ['#########', '#.......#', '#.#####.#', '#.#...#.#', '#.#.#.#.#', '#.#.###.#', '#.#.....#', '#.#######', '#.#######'];
  const data = Float64Array.from(spiral.flatMap((row) => [...row].map((c) => (c === '#' ? 1 : 0))));
  assert.deepEqual(fillHoles(data, 9, 9), data);
});

function relax(data: Float64Array, height: number, width: number): Float64Array {
  const out = data.map((v, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1 ? v : Math.max(...data);
  });
  for (let changed = true; changed;) {
    changed = false;
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) {
            const i = y * width + x;
            const v = Math.max(data[i], Math.min(out[i], out[i + dy * width + dx]));
            if (v < out[i]) [out[i], changed] = [v, true];
          }
        }
      }
    }
  }
  return out;
}
