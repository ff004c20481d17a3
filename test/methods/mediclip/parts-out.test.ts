import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { UserError } from '../../../src/common/errors';
import { Random } from '../../../src/common/random';
import { Checkpoint } from '../../../src/backbones/checkpoint/parameters';
import { MediClip } from '../../../src/methods/mediclip/mediclip';
import type { MediClipOptions } from '../../../src/methods/mediclip/options';
import { trainingConfig } from '../../../src/runs/config';
import { writeTinyClip } from '../../helpers/tiny-clip';
import { openClipFolder } from '../../../src/backbones/node/open-folder';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';

before(() => initBackend());

const dir = writeTinyClip();
const OPTIONS: MediClipOptions = {
  layers: [2, 4],
  prompts: { normal: ['normal'], abnormal: ['lesion', 'disease'] },
  contextTokens: 2,
  classSpecificContext: true,
  classTokenPositions: ['end'],
  causalTextMask: false,
};

test('without adapters each layer goes through the last normalisation and projection of CLIP', async () => {
  const clip = await openClipFolder(dir);
  const model = new MediClip(clip, { ...OPTIONS, adapters: false }, Random.of(1));
  assert.deepEqual(Object.keys(model.parameters), ['ctx.normal_end', 'ctx.abnormal_end']);
  const token = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i) + 0.1 * i);
  const tokens = tf.tile(tf.tensor3d(token, [1, 1, 16]), [1, 16, 1]) as tf.Tensor3D;
  const text = model.textFeatures();
  const [map] = model.layerMaps([tokens], text);
  assert.deepEqual(map.shape, [1, 2, 4, 4]);

  const read = (name: string, shape: number[]): Float32Array =>
    Checkpoint.open(checkpointFolder(dir)).get(name, shape).dataSync() as Float32Array;
  const [gain, shift] = ['weight', 'bias'].map((part) => read(`vision_model.post_layernorm.${part}`, [16]));
  const projection = read('visual_projection.weight', [8, 16]);
  const mean = token.reduce((a, b) => a + b, 0) / 16;
  const sd = Math.sqrt(token.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 16 + 1e-5);
  const normed = Array.from(token, (v, i) => ((v - mean) / sd) * gain[i] + shift[i]);
  const projected = Array.from({ length: 8 }, (_, p) => normed.reduce((sum, v, i) => sum + v * projection[p * 16 + i], 0));
  const classes = text.dataSync();
  const cosine = (c: number): number => projected.reduce((sum, v, p) => sum + v * classes[p * 2 + c], 0) / Math.hypot(...projected);
  const [normal, abnormal] = [map.dataSync()[3], map.dataSync()[16 + 3]];
  assert.ok(Math.abs(normal - cosine(0)) < 1e-5 && Math.abs(abnormal - cosine(1)) < 1e-5, `${normal} ${cosine(0)}`);
  model.dispose();
  clip.dispose();
});

test('either part alone still learns; with neither there is nothing to train, and that is said', async () => {
  const clip = await openClipFolder(dir);
  const tokens = [1, 2].map((s) => tf.randomNormal([2, 16, 16], 0, 1, 'float32', s) as tf.Tensor3D);
  const mask = tf.tensor3d(
    Float32Array.from({ length: 2 * 32 * 32 }, (_, i) => Number(i % 32 < 8)),
    [2, 32, 32],
  );
  for (const change of [{ adapters: false }, { contextTokens: 0 }]) {
    const model = new MediClip(clip, { ...OPTIONS, ...change }, Random.of(1));
    const { losses, gradients } = model.gradients(tokens, mask);
    for (const [name, gradient] of Object.entries(gradients)) assert.ok(tf.norm(gradient).dataSync()[0] > 0, name);
    assert.equal(Object.keys(gradients).length, 'adapters' in change ? 2 : 4);
    tf.dispose([losses, gradients]);
    model.dispose();
  }
  const neither = { ...OPTIONS, adapters: false, contextTokens: 0 };
  assert.throws(() => new MediClip(clip, neither, Random.of(1)), /nothing is left to train/);
  const refused = (e: unknown): boolean => e instanceof UserError && /adapters.*contextTokens.*nothing/.test(e.message) && e.exitCode === 2;
  assert.throws(() => trainingConfig({ adapters: false, contextTokens: 0 }), refused);
  trainingConfig({ method: 'patchcore', adapters: false, contextTokens: 0 });
  clip.dispose();
});
