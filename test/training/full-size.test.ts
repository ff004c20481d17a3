import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import { writeSafetensors, type NamedArray } from '../../src/common/safetensors';
import { checkClipConfig } from '../../src/clip/config';
import { parameterShapes } from '../../src/clip/parameter-shapes';
import { train } from '../../src/training/train';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

/** The paper's backbone. */
const VIT_L_14 = {
  model_type: 'clip',
  projection_dim: 768,
  vision_config: {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    image_size: 224,
    patch_size: 14,
  },
  text_config: { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 },
};

const asked = process.env.MEDICLIP_FULL_SIZE === '1';

test(
  'ViT-L/14 with random weights trains for two steps and evaluates ten images',
  { skip: !asked && 'needs 1.7 GB of disk, 6 GB of memory and two minutes; MEDICLIP_FULL_SIZE=1 runs it', timeout: 1_200_000 },
  async (t) => {
    const dir = path.join(temporaryFolder(), 'vit-l-14');
    const config = checkClipConfig(VIT_L_14, 'ViT-L/14');
    const random = Random.of(1, 'full-size');
    const pool = Float32Array.from({ length: 1 << 16 }, () => 0.02 * random.normal());
    const arrays = parameterShapes(config).map(([name, shape]): [string, NamedArray] => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (/norm\d?\.weight$/.test(name)) data.fill(1);
      else
        for (let at = 0; at < data.length; at += pool.length)
          data.set(pool.subarray(random.integer(0, 1 << 15)).subarray(0, data.length - at), at);
      return [name, { shape, data }];
    });
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify(VIT_L_14));
    writeSafetensors(path.join(dir, 'model.safetensors'), arrays);
    arrays.length = 0;
    const dataset = await writeTinyDataset({ train: 16, test: 5, size: 224 });
    const { history, metrics } = await train({
      dataset,
      model: dir,
      out: path.join(temporaryFolder(), 'run'),
      settings: { shots: 16, epochs: 1 },
    });
    assert.equal(history.length, 1);
    assert.ok(Number.isFinite(history[0].total));
    assert.equal(metrics?.images, 10);
    t.diagnostic(
      `two steps in ${history[0].seconds.toFixed(1)} s, peak memory ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`,
    );
  },
);
