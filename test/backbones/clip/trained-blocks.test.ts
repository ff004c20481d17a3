import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { TrainedBlocks } from '../../../src/backbones/transformer/trained-blocks';
import { loadTransformer } from '../../../src/backbones/clip/towers';
import type { Activation } from '../../../src/backbones/transformer/layers';
import type { Transformer } from '../../../src/backbones/transformer/transformer';
import { graphsRun } from '../../../src/graph/runtime';
import { openSessions } from '../../helpers/graph-sessions';

let skip: string | false = false;
before(async () => {
  await initBackend();
  if (!graphsRun()) skip = 'whole graphs need the native backend';
});

const CONFIG = {
  hidden_size: 12,
  intermediate_size: 20,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  hidden_act: 'quick_gelu' as Activation,
  layer_norm_eps: 1e-5,
};
const [BATCH, POSITIONS] = [3, 5];

/** A transformer whose parameters are variables with seeded values. */
function transformer(config = CONFIG): { transformer: Transformer; variables: tf.Variable[] } {
  const variables: tf.Variable[] = [];
  const get = (_: string, shape: number[]): tf.Variable => {
    const variable = tf.tidy(() => tf.variable(tf.randomNormal(shape, 0.1, 0.4, 'float32', variables.length + 1)));
    variables.push(variable);
    return variable;
  };
  return { transformer: loadTransformer({ get } as never, 'layers', config), variables };
}

/** A mixture of the output, and its gradients with respect to all parameters and the input. */
function valueAndGradients(of: Transformer, variables: tf.Variable[], mask?: tf.Tensor2D): Float32Array[] {
  return tf.tidy(() => {
    const x = tf.variable(tf.randomNormal([BATCH, POSITIONS, CONFIG.hidden_size], 0, 1, 'float32', 77));
    const mixture = tf.randomNormal(x.shape, 0, 1, 'float32', 78);
    const { value, grads } = tf.variableGrads(() => tf.sum(tf.mul(of.run(x as tf.Tensor3D, { mask }), mixture)), [...variables, x]);
    const found = [value, ...variables.map((v) => grads[v.name]), grads[x.name]].map((t) => t.dataSync() as Float32Array);
    x.dispose();
    return found;
  });
}

function largestDifference(ours: Float32Array[], expected: Float32Array[]): number {
  assert.equal(ours.length, expected.length);
  return Math.max(
    ...ours.map((values, i) => {
      assert.equal(values.length, expected[i].length);
      const scale = expected[i].reduce((most, v) => Math.max(most, Math.abs(v)), 0.1);
      return values.reduce((most, v, j) => Math.max(most, Math.abs(v - expected[i][j]) / scale), 0);
    }),
  );
}

test('value and gradients of input and all weights equal those of plain blocks, with and without mask, for either activation', (t) => {
  if (skip) return t.skip(skip);
  const causal = tf.tensor2d(Array.from({ length: POSITIONS }, (_, i) => Array.from({ length: POSITIONS }, (_, j) => (j > i ? -1e9 : 0))));
  for (const hidden_act of ['quick_gelu', 'gelu'] as const) {
    const { transformer: stack, variables } = transformer({ ...CONFIG, hidden_act });
    const plain = stack.runBlock;
    const graphs = new TrainedBlocks(stack.config, 'float32');
    for (const mask of [undefined, causal]) {
      stack.runBlock = plain;
      const expected = valueAndGradients(stack, variables, mask);
      const zero = expected.filter((values) => values.every((v) => Math.abs(v) < 1e-4));
      assert.equal(
        zero.length,
        CONFIG.num_hidden_layers,
        'biases of keys alone have no gradient: they shift all scores of a position alike',
      );
      stack.runBlock = graphs.run;
      const found = largestDifference(valueAndGradients(stack, variables, mask), expected);
      assert.ok(found < 5e-5, `${found}`);
    }
    graphs.dispose();
    tf.dispose(variables);
  }
  causal.dispose();
});

test('products in bfloat16 are near, and not equal', (t) => {
  if (skip) return t.skip(skip);
  const { transformer: stack, variables } = transformer();
  const expected = valueAndGradients(stack, variables);
  const graphs = new TrainedBlocks(CONFIG, 'bfloat16');
  stack.runBlock = graphs.run;
  const found = largestDifference(valueAndGradients(stack, variables), expected);
  assert.ok(found > 1e-4 && found < 0.2, `${found}`);
  graphs.dispose();
  tf.dispose(variables);
});

test('steps keep no tensor alive, weights may change between them, and one graph serves all blocks', (t) => {
  if (skip) return t.skip(skip);
  const before = [tf.memory().numTensors, openSessions()];
  const { transformer: stack, variables } = transformer();
  const graphs = new TrainedBlocks(CONFIG, 'float32');
  stack.runBlock = graphs.run;
  const [value] = valueAndGradients(stack, variables);
  const live = tf.memory().numTensors;
  for (const variable of variables) tf.tidy(() => variable.assign(tf.mul(variable, 0.5)));
  assert.notEqual(valueAndGradients(stack, variables)[0][0], value[0]);
  assert.deepEqual([tf.memory().numTensors, openSessions()], [live, before[1] + 1]);
  graphs.dispose();
  tf.dispose(variables);
  assert.deepEqual([tf.memory().numTensors, openSessions()], before);
});
