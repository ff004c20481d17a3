import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { cholesky, invertLower } from '../../../src/methods/padim/cholesky';
import { baselineSchema, type BaselineOptions } from '../../../src/methods/registry';
import { Padim } from '../../../src/methods/padim/padim';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { Random } from '../../../src/common/random';
import { assertClose, fakeEncoder, randomFeatures } from '../fake-encoder';

before(() => initBackend());

const options = (changes: Record<string, unknown>): BaselineOptions['padim'] =>
  (baselineSchema.parse({ padim: changes }) as BaselineOptions).padim;

test('a Cholesky factor and its inverse, by hand', () => {
  const a = Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98);
  cholesky(a, 3);
  assert.deepEqual([...a], [2, 0, 0, 6, 1, 0, -8, 5, 3]);
  invertLower(a, 3);
  // L L⁻¹ = I: rows (1/2), (-3, 1), (19/3, -5/3, 1/3)
  assertClose(a, [0.5, 0, 0, -3, 1, 0, 19 / 3, -5 / 3, 1 / 3], 'inverse', 1e-12);
  assert.throws(() => cholesky(Float64Array.of(1, 2, 2, 1), 2), /positive definite/);
});

test('the Mahalanobis distance of one position, by hand (equations 1 and 2)', () => {
  const padim = new Padim(fakeEncoder(4), 1, options({ sigma: 0, regularisation: 0.5 }), Random.of(1));
  padim.fit([tf.tensor3d([1, 0, 3, 2, 2, 4], [3, 1, 2])]);
  // μ = (2, 2); centred (-1, -2), (1, 0), (0, 2); over K - 1 = 2: [[1, 1], [1, 4]]; + ½ I: [[1.5, 1], [1, 4.5]], determinant 5.75
  const { scores, maps } = padim.score([tf.tensor3d([4, 1, 2, 2], [2, 1, 2])]);
  // x - μ = (2, -1): (4.5·4 + 2·(-1)(2)(-1) + 1.5·1) / 5.75
  const expected = Math.sqrt((18 + 4 + 1.5) / 5.75);
  assertClose(scores.dataSync(), [expected, 0], 'scores');
  assertClose((maps as tf.Tensor3D).dataSync(), [...new Array<number>(16).fill(expected), ...new Array<number>(16).fill(0)], 'maps');
  padim.dispose();
});

test('at every position its own Gaussian: equal to elimination in plain loops, even with fewer images than features', () => {
  const [g, k, c] = [2, 4, 7];
  const support = randomFeatures([k, g * g, c], 'support');
  const image = randomFeatures([1, g * g, c], 'image');
  const padim = new Padim(fakeEncoder(g), g, options({ sigma: 0 }), Random.of(1));
  padim.fit([support.tensor]);
  const { scores, maps } = padim.score([image.tensor]);
  const expected = Array.from({ length: g * g }, (_, p) => {
    const at = support.rows.map((one) => one[p]);
    const mean = at[0].map((_, i) => at.reduce((sum, x) => sum + x[i], 0) / k);
    const sigma = mean.map((_, i) =>
      mean.map((_, j) => at.reduce((sum, x) => sum + (x[i] - mean[i]) * (x[j] - mean[j]), 0) / (k - 1) + (i === j ? 0.01 : 0)),
    );
    const y = image.rows[0][p].map((v, i) => v - mean[i]);
    const solved = solve(sigma, y);
    return Math.sqrt(y.reduce((sum, v, i) => sum + v * solved[i], 0));
  });
  assertClose((maps as tf.Tensor3D).dataSync(), expected, 'map', 1e-4);
  assertClose(scores.dataSync(), [Math.max(...expected)], 'score', 1e-4);
  padim.dispose();
});

test('the requested number of features is kept, over all layers, equal for equal seeds; one image is enough', () => {
  const support = [randomFeatures([1, 4, 5], 'a').tensor, randomFeatures([1, 4, 6], 'b').tensor];
  const kept = (seed: number): number[] => {
    const padim = new Padim(fakeEncoder(4), 2, options({ dimensions: 4 }), Random.of(seed));
    padim.fit(support);
    const { scores } = padim.score(support);
    assertClose(scores.dataSync(), [0], 'its own image');
    const chosen = [...(padim as unknown as { kept: tf.Tensor1D }).kept.dataSync()];
    padim.dispose();
    return chosen;
  };
  assert.equal(new Set(kept(1)).size, 4);
  assert.ok(kept(1).every((i, n, all) => i < 11 && (n === 0 || i > all[n - 1])));
  assert.deepEqual(kept(1), kept(1));
  assert.notDeepEqual(kept(1), kept(2));
  const large = new Padim(fakeEncoder(37), 37, options({ dimensions: 1000 }), Random.of(1));
  assert.throws(() => large.fit([tf.zeros([1, 37 * 37, 1000])]), /baseline\.padim\.dimensions: 1369 covariances .* 5\.5 GB/);
  large.dispose();
});

/** Solves A x = y by Gaussian elimination with pivots. */
function solve(matrix: number[][], y: number[]): number[] {
  const n = y.length;
  const a = matrix.map((row, i) => [...row, y[i]]);
  for (let c = 0; c < n; c++) {
    const pivot = a.slice(c).reduce((best, row, r) => (Math.abs(row[c]) > Math.abs(a[best][c]) ? r + c : best), c);
    [a[c], a[pivot]] = [a[pivot], a[c]];
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = a[r][c] / a[c][c];
      for (let j = c; j <= n; j++) a[r][j] -= factor * a[c][j];
    }
  }
  return a.map((row, i) => row[n] / row[i]);
}
