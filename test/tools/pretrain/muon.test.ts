import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { Random } from '../../../src/common/random';
import { graphsRun } from '../../../src/graph/runtime';
import { Muon } from '../../../src/tools/pretrain/muon';
import { orthogonal, OrthogonalGraph } from '../../../src/tools/pretrain/orthogonal';

const normals = (shape: number[], seed: number): Float32Array => {
  const random = Random.of(seed, 'muon test');
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
};

/** The quintic p(s) = 3.4445 s - 4.775 s³ + 2.0315 s⁵ five times over, which is what the iteration does to each singular value. */
function shrunk(s: number): number {
  for (let i = 0; i < 5; i++) s = 3.4445 * s - 4.775 * s ** 3 + 2.0315 * s ** 5;
  return s;
}

describe('orthogonal', () => {
  before(initBackend);

  it('maps the singular values of a diagonal matrix by the quintic and keeps its directions', () => {
    const values = [3, 2, 0.5];
    const norm = Math.hypot(...values);
    const got = tf.tidy(() => orthogonal(tf.reshape(tf.diag(tf.tensor1d(values)), [1, 3, 3]) as tf.Tensor3D).arraySync()[0]);
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        assert.ok(Math.abs(got[i][j] - (i === j ? shrunk(values[i] / norm) : 0)) < 2e-3, `${i} ${j}: ${got[i][j]}`);
  });

  it('brings rows (or columns, where they are fewer) of any matrix near to an orthonormal set', () => {
    for (const [a, b] of [
      [6, 20],
      [20, 6],
    ]) {
      const gram = tf.tidy(() => {
        const x = orthogonal(tf.tensor3d(normals([2, a, b], a), [2, a, b]));
        return (a < b ? tf.matMul(x, x, false, true) : tf.matMul(x, x, true)).arraySync() as number[][][];
      });
      for (const matrix of gram) {
        matrix.forEach((row, i) => {
          assert.ok(row[i] > 0.35 && row[i] < 1.6, `squared length ${row[i]}`);
          row.forEach((v, j) => i !== j && assert.ok(Math.abs(v) < 0.35, `product ${v}`));
        });
      }
    }
  });
});

describe('OrthogonalGraph', () => {
  before(initBackend);

  it('gives what orthogonal gives, wide, square and tall; in bfloat16 nearly', (t) => {
    if (!graphsRun()) return t.skip('whole graphs need the native backend');
    const shapes: [number, number, number][] = [
      [2, 6, 20],
      [1, 20, 6],
      [3, 5, 5],
    ];
    const stacks = shapes.map((shape, i) => tf.tensor3d(normals(shape, i), shape));
    for (const [precision, least, most] of [
      ['float32', -1, 1e-5],
      ['bfloat16', 1e-4, 0.1],
    ] as const) {
      const graph = new OrthogonalGraph(shapes, precision);
      const live = tf.memory().numTensors;
      tf.tidy(() => {
        const found = graph.run(stacks);
        stacks.forEach((stack, i) => {
          const difference = tf.max(tf.abs(tf.sub(tf.stack(found[i]), orthogonal(stack)))).dataSync()[0];
          assert.ok(difference > least && difference < most, `${precision} ${shapes[i].join()}: ${difference}`);
        });
      });
      assert.equal(tf.memory().numTensors, live);
      graph.dispose();
    }
    tf.dispose(stacks);
  });
});

describe('Muon', () => {
  before(initBackend);
  const variables: Record<string, tf.Variable> = {};
  after(() => tf.dispose(Object.values(variables)));

  it('takes θ - α sqrt(max(1, out / in)) NS(G + μ M), matrix by matrix, and leaks nothing', () => {
    const [momentum, learningRate] = [0.9, 0.1];
    const shapes: Record<string, [number, number]> = { a: [4, 4], wide: [3, 8], tall: [8, 3], b: [4, 4] };
    Object.entries(shapes).forEach(([name, shape], i) => (variables[name] = tf.variable(tf.tensor(normals(shape, i), shape))));
    const muon = new Muon(variables, { learningRate, momentum });
    const gradient = (name: string, step: number): tf.Tensor => tf.tensor(normals(shapes[name], 10 * step + name.length), shapes[name]);
    const expected = new Map(Object.keys(shapes).map((name) => [name, variables[name].arraySync() as number[][]]));
    const memory = new Map<string, tf.Tensor>();
    let live = 0;
    for (let step = 1; step <= 3; step++) {
      tf.tidy(() => muon.apply(Object.fromEntries(Object.keys(shapes).map((name) => [name, gradient(name, step)]))));
      if (step === 1) live = tf.memory().numTensors;
      else assert.equal(tf.memory().numTensors, live + memory.size);
      for (const [name, [out, into]] of Object.entries(shapes)) {
        const m = tf.tidy(() => tf.add(tf.mul(memory.get(name) ?? 0, momentum), gradient(name, step)));
        const moved = tf.tidy(
          () => orthogonal(tf.expandDims(tf.add(gradient(name, step), tf.mul(m, momentum)), 0) as tf.Tensor3D).arraySync()[0],
        );
        memory.get(name)?.dispose();
        memory.set(name, m);
        const values = (expected.get(name) as number[][]).map((row, i) =>
          row.map((v, j) => v - learningRate * Math.sqrt(Math.max(1, out / into)) * moved[i][j]),
        );
        expected.set(name, values);
        const got = variables[name].arraySync() as number[][];
        values.forEach((row, i) => row.forEach((v, j) => assert.ok(Math.abs(v - got[i][j]) < 1e-4, `${name} step ${step}`)));
      }
    }
    tf.dispose([...memory.values()]);
    muon.dispose();
  });

  it('refuses what is no matrix', () => {
    const bias = tf.variable(tf.zeros([3]));
    assert.throws(() => new Muon({ bias }, { learningRate: 1, momentum: 0 }), /bias: Muon takes matrices/);
    bias.dispose();
  });
});
