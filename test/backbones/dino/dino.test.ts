import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { UserError } from '../../../src/common/errors';
import { openSafetensors, writeSafetensors } from '../../../src/common/node/safetensors';
import { Random } from '../../../src/common/random';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';
import { openTransformerFolder } from '../../../src/backbones/node/open-folder';
import { checkBackbone, readBackboneFacts } from '../../../src/backbones/open';
import { antialiasedMatrix, bicubicMatrix } from '../../../src/backbones/transformer/position-resize';
import { activation } from '../../../src/backbones/transformer/layers';
import { rotaryPositions } from '../../../src/backbones/dino/rotary-positions';
import { evaluateRun } from '../../../src/runs/evaluate-run';
import { train } from '../../../src/runs/train';
import { assertGolden, goldenBackbone, type GoldenBackbone } from '../../helpers/golden-backbones';
import { temporaryFolder } from '../../helpers/tiny-clip';
import { writeTinyDataset } from '../../helpers/tiny-dataset';

before(() => initBackend());

const registers = goldenBackbone('dinov2-registers') as GoldenBackbone;
const rotary = goldenBackbone('dinov3') as GoldenBackbone;

test('the image size is that of the preprocessing, not that at which positions were learned', () => {
  const facts = readBackboneFacts(checkpointFolder(registers.checkpoint));
  assert.deepEqual([facts.family, facts.imageSize, facts.patchSize, facts.text], ['dinov2', 48, 8, undefined]);
  assert.equal(readBackboneFacts(checkpointFolder(rotary.checkpoint)).family, 'dinov3');
});

test('rows of both resizing matrices sum to 1; by hand: half the size, and twice', () => {
  for (const matrix of [bicubicMatrix, antialiasedMatrix]) {
    for (const [from, to] of [
      [37, 16],
      [5, 9],
      [4, 4],
      [3, 1],
    ]) {
      const rows = matrix(from, to);
      for (let y = 0; y < to; y++) {
        const sum = rows.subarray(y * from, (y + 1) * from).reduce((a, b) => a + b);
        assert.ok(Math.abs(sum - 1) < 1e-6, `${from} ${to} ${y}: ${sum}`);
      }
    }
  }
  // a = -0.75 at distances 0.5 and 1.5: 0.59375 and -0.09375, however much it shrinks
  assertGolden(bicubicMatrix(4, 2).subarray(0, 4), [0.5, 0.59375, -0.09375, 0], 'cubic');
  // a = -0.5 at distances 0.25, 0.75, 1.25 of widened steps: 0.8671875, 0.2265625, -0.0703125
  const sum = 2 * 0.8671875 + 0.2265625 - 0.0703125;
  assertGolden(
    antialiasedMatrix(4, 2).subarray(0, 4),
    [0.8671875, 0.8671875, 0.2265625, -0.0703125].map((v) => v / sum),
    'antialiased',
  );
});

test('rotary positions, by hand: one row of two patches after a class token', () => {
  const { cos, sin } = rotaryPositions([1, 2], 1, 8, 100);
  const angles = (y: number, x: number): number[] => {
    const half = [y, 0.1 ** 1 * y * 1, x, 0.1 * x].map((v) => 2 * Math.PI * v); // 100^(-4 / 8) = 0.1
    return [...half, ...half];
  };
  const expected = [...new Array<number>(8).fill(0), ...angles(0, -0.5), ...angles(0, 0.5)];
  assertGolden(cos.dataSync(), expected.map(Math.cos), 'cosines');
  assertGolden(sin.dataSync(), expected.map(Math.sin), 'sines');
});

test('patches are projected by the last normalisation; a part that is the whole gives the embedding', async () => {
  for (const golden of [registers, rotary]) {
    const backbone = await openTransformerFolder(golden.checkpoint);
    const { image } = backbone;
    const pixels = golden.tensor('pixels') as tf.Tensor4D;
    tf.tidy(() => {
      const depth = Math.max(...golden.depths(''));
      const states = golden.tensor(`tokens_L${depth}`) as tf.Tensor3D;
      assertGolden(image.projectTokens(states).dataSync(), golden.numbers('last_hidden_state'), 'projected');
      const all = Array.from({ length: image.grid ** 2 }, (_, i) => i);
      const { embedding } = image.encode(pixels, [depth], { embedding: true });
      const parts = image.encodeParts(pixels, [all, [...all].reverse()]);
      for (const part of [0, 1]) {
        const [b, , p] = parts.shape;
        const found = tf.slice(parts, [0, part, 0], [b, 1, p]).dataSync();
        assertGolden(found, (embedding as tf.Tensor).dataSync(), `part ${part}`); // positions belong to patches, not to their order
      }
    });
    pixels.dispose();
    backbone.dispose();
  }
});

test('a DINOv3 without registers may hold the empty tensor that transformers writes, but no registers', () => {
  const dir = temporaryFolder();
  fs.cpSync(rotary.checkpoint, dir, { recursive: true });
  const config = JSON.parse(fs.readFileSync(path.join(dir, 'config.json'), 'utf8')) as object;
  fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify({ ...config, num_register_tokens: 0 }));
  assert.throws(() => checkBackbone(checkpointFolder(dir)), /hold embeddings\.register_tokens, which config\.json does not mention/);
  const stored = openSafetensors(path.join(dir, 'model.safetensors'));
  const weights = [...stored.entries.keys()].map((name) => [name, stored.read(name)] as const);
  writeSafetensors(
    path.join(dir, 'model.safetensors'),
    weights.map(([name, array]) => [
      name,
      name === 'embeddings.register_tokens' ? { shape: [1, 0, 48], data: new Float32Array(0) } : array,
    ]),
  );
  checkBackbone(checkpointFolder(dir));
});

test('a gated feed-forward part of DINOv3 equals plain loops', async () => {
  const dir = temporaryFolder();
  fs.cpSync(rotary.checkpoint, dir, { recursive: true });
  const config = JSON.parse(fs.readFileSync(path.join(dir, 'config.json'), 'utf8')) as object;
  fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify({ ...config, use_gated_mlp: true, num_hidden_layers: 1 }));
  assert.throws(() => checkBackbone(checkpointFolder(dir)), /lack layer\.0\.mlp\.gate_proj\.weight/);
  const [d, m] = [48, 80];
  const stored = openSafetensors(path.join(dir, 'model.safetensors'));
  const random = Random.of(5);
  const weights: Record<string, { shape: number[]; data: Float32Array }> = {};
  for (const name of stored.entries.keys()) {
    if (/^layer\.[12]/.test(name)) continue;
    const { data, shape } = stored.read(name);
    weights[name] = { shape: [...shape], data: Float32Array.from(data as Float32Array) };
  }
  weights['layer.0.layer_scale1.lambda1'].data.fill(0); // without attention
  weights['layer.0.mlp.gate_proj.weight'] = { shape: [m, d], data: Float32Array.from({ length: m * d }, () => random.normal(0, 0.3)) };
  weights['layer.0.mlp.gate_proj.bias'] = { shape: [m], data: Float32Array.from({ length: m }, () => random.normal()) };
  writeSafetensors(path.join(dir, 'model.safetensors'), Object.entries(weights));

  const backbone = await openTransformerFolder(dir);
  const { imageEncoder } = backbone;
  const pixels = rotary.tensor('pixels') as tf.Tensor4D;
  const [before, after] = imageEncoder.hiddenStates(pixels).map((state) => [...state.dataSync().slice(7 * d, 8 * d)]); // one patch
  const of = (part: string): Float32Array => weights[`layer.0.${part}`].data;
  const mean = before.reduce((a, b) => a + b) / d;
  const sd = Math.sqrt(before.reduce((a, b) => a + (b - mean) ** 2, 0) / d + 1e-5);
  const x = before.map((v, k) => ((v - mean) / sd) * of('norm2.weight')[k] + of('norm2.bias')[k]);
  const linear = (name: string, from: number[], out: number): number[] =>
    Array.from({ length: out }, (_, i) =>
      from.reduce((sum, v, k) => sum + v * of(`${name}.weight`)[i * from.length + k], of(`${name}.bias`)[i]),
    );
  const gelu = (v: number): number => activation(tf.tensor2d([[v]]), 'gelu').dataSync()[0];
  const gate = linear('mlp.gate_proj', x, m).map(gelu);
  const hidden = linear('mlp.up_proj', x, m).map((v, k) => v * gate[k]);
  const out = linear('mlp.down_proj', hidden, d).map((v, k) => before[k] + v * of('layer_scale2.lambda1')[k]);
  assertGolden(after, out, 'plain loops');
  const { tokens } = backbone.fastestImageEncoder.encode(pixels, [1]);
  assertGolden([...tokens[0].dataSync().slice(2 * d, 3 * d)], out, 'graph'); // five tokens stand before the patches
  backbone.dispose();
});

test('settings that are not understood are refused by name', () => {
  const refuses = (golden: GoldenBackbone, changes: object, pattern: RegExp): void => {
    const dir = temporaryFolder();
    fs.cpSync(golden.checkpoint, dir, { recursive: true });
    const config = JSON.parse(fs.readFileSync(path.join(dir, 'config.json'), 'utf8')) as object;
    fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify({ ...config, ...changes }));
    assert.throws(
      () => checkBackbone(checkpointFolder(dir)),
      (error: Error) => error instanceof UserError && pattern.test(error.message) && !error.message.includes('\n'),
    );
  };
  refuses(registers, { num_attention_heads: 5 }, /hidden_size 32 is not a multiple of num_attention_heads 5/);
  refuses(registers, { hidden_act: 'relu' }, /hidden_act/);
  refuses(registers, { window_size: 3 }, /window_size 3: a DINO has no such setting/);
  refuses(registers, { use_swiglu_ffn: false }, /lack encoder\.layer\.0\.mlp\.fc1\.weight/);
  refuses(registers, { num_register_tokens: 5 }, /embeddings\.register_tokens has shape \[1, 4, 32\], config\.json requires \[1, 5, 32\]/);
  refuses(
    registers,
    { model_type: 'dinov2', num_register_tokens: undefined },
    /hold embeddings\.register_tokens, which config\.json does not mention/,
  );
  refuses(rotary, { num_attention_heads: 8 }, /heads of 6 numbers: rotary positions of two axes need a multiple of 4/);
  refuses(rotary, { key_bias: true }, /lack layer\.0\.attention\.k_proj\.bias/);
});

test('methods that need texts are refused by name', async () => {
  const out = path.join(temporaryFolder(), 'run');
  for (const method of ['mediclip', 'winclip', 'zero-shot-clip'] as const) {
    await assert.rejects(
      train({ dataset: await dataset, model: registers.checkpoint, out, settings: { method, shots: 2, epochs: 1 } }),
      (error: Error) => error instanceof UserError && /needs a backbone that knows texts; dinov2 knows only images/.test(error.message),
    );
    assert.ok(!fs.existsSync(out), `${method}: something was written`);
  }
});

const dataset = writeTinyDataset();
for (const method of ['patchcore', 'padim', 'anomalydino', 'knn'] as const) {
  test(`${method} runs on DINOv2 and DINOv3 from end to end`, async () => {
    for (const golden of [registers, rotary]) {
      const out = path.join(temporaryFolder(), 'run');
      const baseline = { patchcore: { coresetShare: 0.5 }, padim: { dimensions: 6 }, anomalydino: { rotations: 2 } };
      const { metrics } = await train({
        dataset: await dataset,
        model: golden.checkpoint,
        out,
        settings: { method, shots: 3, seed: 7, baseline },
      });
      assert.equal(metrics?.images, 6);
      assert.equal(typeof metrics?.pixelAuroc, method === 'knn' ? 'object' : 'number');
      const live = tf.memory().numTensors;
      const again = await evaluateRun(out, await dataset);
      assert.equal(again.metrics.imageAuroc, metrics?.imageAuroc);
      assert.equal(tf.memory().numTensors, live, 'tensors are left behind');
    }
  });
}
