import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { tf } from '../../src/common/tf';
import { initBackend } from '../../src/common/node/backend';
import { attribute, Graph } from '../../src/graph/graph';
import { bytes, entry, float, integer } from '../../src/graph/protobuf';
import { graphsRun } from '../../src/graph/runtime';
import { GraphSession } from '../../src/graph/session';

let skip: string | false = false;
before(async () => {
  await initBackend();
  if (!graphsRun()) skip = 'whole graphs need the native backend';
});

test('fields are encoded as the specification of Protocol Buffers has them', () => {
  assert.deepEqual([...integer(1, 150)], [0x08, 0x96, 0x01]); // its own example
  assert.deepEqual([...bytes(2, 'testing')], [0x12, 0x07, ...Buffer.from('testing')]); // its own example
  assert.deepEqual([...integer(1, -2)], [0x08, 0xfe, ...new Array<number>(8).fill(0xff), 0x01]); // its own example
  assert.deepEqual([...float(3, 1)], [0x1d, 0, 0, 0x80, 0x3f]);
  assert.deepEqual([...entry(5, 'a', integer(5, true))], [0x2a, 7, 0x0a, 1, 0x61, 0x12, 2, 0x28, 1]);
});

const temporary = (): string[] => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('mediclip-graph-'));

test('a graph with a weight runs on any batch, keeps no tensor alive and leaves no file', (t) => {
  if (skip) return t.skip(skip);
  const { TMPDIR } = process.env;
  process.env.TMPDIR = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-test-')); // of its own: other processes make graphs too
  t.after(() => {
    fs.rmSync(process.env.TMPDIR as string, { recursive: true });
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  const before = [temporary().length, tf.memory().numTensors];
  const graph = new Graph();
  const x = graph.input([-1, 2]);
  const weight = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
  const y = graph.same('MatMul', [x, graph.weight(weight)], { transpose_b: attribute.flag(true) });
  const session = new GraphSession(graph);
  weight.dispose(); // the session holds on to its values
  for (const rows of [1, 2]) {
    const input = tf.ones([rows, 2]);
    const [product] = session.run([x], [input], [y]);
    assert.deepEqual(
      [product.shape, [...product.dataSync()].slice(-3)],
      [
        [rows, 3],
        [3, 7, 11],
      ],
    );
    tf.dispose([input, product]);
  }
  session.dispose();
  assert.throws(() => session.run([x], [], [y]), /disposed of/);
  assert.deepEqual([temporary().length, tf.memory().numTensors], before);
});
