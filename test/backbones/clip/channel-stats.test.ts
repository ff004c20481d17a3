import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../../src/common/backend';
import { Clip } from '../../../src/backbones/clip/clip';
import { pixelValues } from '../../../src/image/pixel-values';
import type { RgbImage } from '../../../src/image/image';
import { modelIdentity } from '../../../src/runs/session';
import { writeTinyClip } from '../../helpers/tiny-clip';

const SIZE = 32;
const image: RgbImage = {
  width: SIZE,
  height: SIZE,
  channels: 3,
  data: Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, i) => (i * 37) % 256),
};
const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

const folder = (preprocessor?: unknown): string => {
  const dir = writeTinyClip();
  if (preprocessor !== undefined) fs.writeFileSync(path.join(dir, 'preprocessor_config.json'), JSON.stringify(preprocessor));
  return dir;
};

const tensor = (values: Float32Array): tf.Tensor4D => tf.tensor4d(values, [1, 3, SIZE, SIZE]);

test('a checkpoint with statistics of its own sees pixels normalised by these', async () => {
  for (const [preprocessor, stats] of [
    [{ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }, HALF],
    [{ do_normalize: false }, { mean: [0, 0, 0], std: [1, 1, 1] }],
    [{ size: 32 }, undefined],
    [undefined, undefined],
  ] as const) {
    const clip = await Clip.open(folder(preprocessor));
    const frozen = clip.frozenImageEncoder; // loaded outside the tidy, or it would be freed there
    const before = tf.memory().numTensors;
    const [ours, wanted] = tf.tidy(() => [
      frozen.encode(tensor(pixelValues([image])), [2]).tokens[0].dataSync(),
      clip.imageEncoder.encode(tensor(pixelValues([image], stats)), [2]).tokens[0].dataSync(),
    ]);
    const [first, wantedFirst] = tf.tidy(() => [
      clip.embedImage(tensor(pixelValues([image]))).dataSync(),
      clip.imageEncoder.embed(tensor(pixelValues([image], stats))).dataSync(),
    ]);
    assert.ok(first.every((v, i) => Math.abs(v - wantedFirst[i]) < 1e-4));
    assert.equal(tf.memory().numTensors, before);
    assert.ok(ours.every((v, i) => Math.abs(v - wanted[i]) < 1e-4));
    const standard = tf.tidy(() => clip.imageEncoder.encode(tensor(pixelValues([image])), [2]).tokens[0].dataSync());
    const apart = Math.max(...standard.map((v, i) => Math.abs(v - ours[i])));
    assert.ok(stats ? apart > 1e-2 : apart < 1e-4, `${apart}`);
    clip.dispose();
  }
});

test('other statistics make another model; damaged ones are refused in one line', async () => {
  const hash = (preprocessor?: unknown): string => modelIdentity(folder(preprocessor)).hash;
  assert.equal(hash({ image_mean: [0.5, 0.5, 0.5] }), hash({ image_mean: [0.5, 0.5, 0.5] }));
  assert.notEqual(hash({ image_mean: [0.5, 0.5, 0.5] }), hash({ image_mean: [0.4, 0.5, 0.5] }));
  for (const wrong of [{ image_std: [0, 1, 1] }, { image_mean: [1] }, { image_mean: 'x' }, []]) {
    await assert.rejects(Clip.open(folder(wrong)), /preprocessor_config\.json: .*three numbers, of red, green and blue, are expected$/);
  }
});
