import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { preprocessingFile, readPreprocessing, statsOf } from '../../../src/backbones/checkpoint/preprocessing';
import { UserError } from '../../../src/common/errors';
import { CLIP_STATS, pixelValues, type ChannelStats } from '../../../src/image/pixel-values';
import type { RgbImage } from '../../../src/image/image';
import { modelIdentity } from '../../../src/runs/session';
import { writeTinyClip } from '../../helpers/tiny-clip';
import { openClipFolder } from '../../../src/backbones/node/open-folder';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';

const SIZE = 32;
const image: RgbImage = {
  width: SIZE,
  height: SIZE,
  channels: 3,
  data: Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, i) => (i * 37) % 256),
};
const readStats = (dir: string, size?: number): ChannelStats => statsOf(readPreprocessing(checkpointFolder(dir), size));
const HALF_SAID = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

const SIXTY = [60 / 255, 60 / 255, 60 / 255] as const;

const folder = (preprocessor?: unknown): string => {
  const dir = writeTinyClip();
  if (preprocessor !== undefined) fs.writeFileSync(path.join(dir, 'preprocessor_config.json'), JSON.stringify(preprocessor));
  return dir;
};

const tensor = (values: Float32Array): tf.Tensor4D => tf.tensor4d(values, [1, 3, SIZE, SIZE]);

test('a checkpoint with its own statistics sees pixels normalised by them', async () => {
  for (const [preprocessor, stats] of [
    [{ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }, HALF],
    [{ do_normalize: false }, { mean: [0, 0, 0], std: [1, 1, 1] }],
    [
      { do_rescale: false, image_mean: [100, 100, 100], image_std: 60 },
      { mean: [100 / 255, 100 / 255, 100 / 255], std: SIXTY },
    ],
    [
      { rescale_factor: 2 / 255, do_normalize: false },
      { mean: [0, 0, 0], std: [0.5, 0.5, 0.5] },
    ],
    [{ rescale_factor: 0.00392156862745098, do_rescale: true, image_mean: null }, undefined],
    [{ size: 32 }, undefined],
    [undefined, undefined],
  ] as const) {
    const clip = await openClipFolder(folder(preprocessor));
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
  for (const wrong of [{ image_std: [0, 1, 1] }, { image_mean: [1] }, { image_mean: 'x' }]) {
    await assert.rejects(openClipFolder(folder(wrong)), /preprocessor_config\.json: .*expected three numbers, for red, green and blue$/);
  }
});

test('processor_config.json takes precedence over preprocessor_config.json, as in transformers', () => {
  const dir = writeTinyClip();
  const write = (name: string, value: unknown): void => fs.writeFileSync(path.join(dir, name), JSON.stringify(value));
  assert.deepEqual(readStats(dir), CLIP_STATS);
  assert.deepEqual(preprocessingFile(checkpointFolder(dir)), []);
  write('processor_config.json', { processor_class: 'CLIPProcessor' });
  assert.deepEqual(readStats(dir), CLIP_STATS);
  write('preprocessor_config.json', HALF_SAID);
  assert.deepEqual(readStats(dir), HALF);
  write('processor_config.json', { image_processor: { image_mean: [0.5, 0.5, 0.5], image_std: [0.25, 0.25, 0.25] } });
  assert.deepEqual(readStats(dir), { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
  assert.deepEqual(preprocessingFile(checkpointFolder(dir)), ['processor_config.json']);
  write('processor_config.json', { image_processor: null });
  assert.throws(() => readStats(dir), /processor_config\.json: top level: Expected object/);
});

test('unsupported steps in a file are refused by name', () => {
  const dir = writeTinyClip();
  const file = path.join(dir, 'preprocessor_config.json');
  for (const [text, pattern] of [
    ['{"image_mean":[0.48,1e999,0.4]}', /image_mean: expected three numbers/],
    ['{"image_std":[0.26,1e999,0.27]}', /image_std: expected three numbers/],
    ['{"rescale_factor":1e999}', /rescale_factor/],
    ['{"rescale_factor":0}', /rescale_factor/],
    ['{"do_rescale":"no"}', /do_rescale/],
    ['{"do_resize":false}', /do_resize false: images are always resized/],
    ['{"resample":0}', /resample 0: images are resized smoothly/],
    ['{"do_pad":true}', /do_pad true: this step is not supported/],
    ['{"do_flip_channel_order":true}', /do_flip_channel_order true/],
    ['{"rescale_offset":0.5}', /rescale_offset/],
    ['{"image_processor_type":"ViTImageProcessor"}', /image_processor_type "ViTImageProcessor": its defaults are not those of CLIP/],
    ['{"size":64}', /size 64: config\.json says that images are 32 pixels wide/],
    ['{"size":32,"do_center_crop":true,"crop_size":{"height":24,"width":32}}', /crop_size .*images are 32 pixels wide/],
    ['{"do_center_crop":false,"crop_size":32,"size":{"shortest_edge":40}}', /size .*images are 32 pixels wide/],
  ] as const) {
    fs.writeFileSync(file, text);
    assert.throws(
      () => readStats(dir, SIZE),
      (e: Error) => e instanceof UserError && pattern.test(e.message) && e.message.startsWith(file) && !e.message.includes('\n'),
    );
  }
  for (const fine of [
    {
      size: { shortest_edge: 40 },
      crop_size: { height: 32, width: 32 },
      resample: 3,
      do_pad: false,
      do_convert_rgb: false,
      feature_extractor_type: 'CLIPFeatureExtractor',
    },
    { size: { height: 32, width: 32 }, do_center_crop: false, crop_size: null, image_processor_type: 'CLIPImageProcessorFast' },
  ]) {
    fs.writeFileSync(file, JSON.stringify(fine));
    assert.deepEqual(readStats(dir, SIZE), CLIP_STATS);
  }
  fs.writeFileSync(file, JSON.stringify({ ...HALF_SAID, image_processor_type: 'ViTImageProcessor' }));
  assert.deepEqual(readStats(dir, SIZE), HALF);
});
