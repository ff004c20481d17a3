import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { VIT_L_14, writeRandomClip } from '../../src/tools/bench/random-clip';
import { checkClipConfig } from '../../src/backbones/clip/config';
import { train } from '../../src/runs/train';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const asked = process.env.MEDICLIP_FULL_SIZE === '1';

test(
  'ViT-L/14 with random weights trains for two steps and evaluates ten images',
  { skip: !asked && 'needs 1.7 GB of disk, 6 GB of memory and two minutes; MEDICLIP_FULL_SIZE=1 runs it', timeout: 1_200_000 },
  async (t) => {
    const dir = path.join(temporaryFolder(), 'vit-l-14');
    writeRandomClip(dir, checkClipConfig(VIT_L_14, 'ViT-L/14'));
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
