import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDataset } from '../../src/datasets/layout';
import { contrastChart, contrastSentence } from '../../src/notebook/contrast-views';
import { contrastAtHome, contrastOf, type ContrastPoint } from '../../src/notebook/model-contrast';
import { softmaxChart } from '../../src/notebook/softmax-chart';
import { zeroShotRun } from '../../src/notebook/untrained-runs';
import { toSvg } from '../../src/plots/chart';
import { train } from '../../src/runs/train';
import { transferMatrix } from '../../src/runs/transfer';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const recipe = { shots: 2, epochs: 2, seed: 1 };

test('a model trained for the contrast has the numbers of the same model in a transfer matrix', async () => {
  const [clip, dir, out] = [writeTinyClip(), await writeTinyDataset(), temporaryFolder()];
  const dataset = readDataset(dir);
  const [trained] = await contrastOf(clip, [dataset], recipe, { out });
  await train({ dataset: dir, model: clip, out: `${out}/home`, settings: recipe });
  const zero = await zeroShotRun(clip, dataset, { out: `${out}/zero-shot`, seed: 1 });
  const matrix = await transferMatrix([{ name: dataset.name, run: `${out}/home` }, zero], [dataset]);
  const [known] = contrastAtHome(matrix, clip, zero.name);
  assert.equal(known.dataset, dataset.name);
  for (const way of ['zeroShot', 'fewShot'] as const) {
    assert.equal(trained[way].imageAuroc, known[way].imageAuroc);
    assert.equal(trained[way].pixelAupro, known[way].pixelAupro);
  }
  assert.equal(trained.gain?.difference, known.gain?.difference);
  assert.equal(trained.gain?.difference, (known.fewShot.imageAuroc as number) - (known.zeroShot.imageAuroc as number));
});

const point = (model: string, dataset: string, from: number, to: number, p: number, pixelAupro: number | null = 0.4): ContrastPoint => ({
  model,
  dataset,
  zeroShot: { imageAuroc: from, pixelAupro },
  fewShot: { imageAuroc: to, pixelAupro },
  gain: { difference: to - from, low: 0, high: 1, p, pairs: 1 },
});

test('the sentence: means over data sets, and on how many of them the gain is shown', () => {
  const points = [
    ...[point('general', 'a', 0.4, 0.7, 0.001), point('general', 'b', 0.5, 0.6, 0.2)],
    ...[point('medical', 'a', 0.9, 0.92, 0.6), point('medical', 'b', 0.9, 0.8, 0.01)],
  ];
  assert.equal(
    contrastSentence(points),
    '**Mean image AUROC: general: 0.450 zero-shot, few-shot +0.200 (above it with p < .05 on 1 of 2 sets); medical: 0.900 zero-shot, few-shot −0.040 (above it with p < .05 on 0 of 2 sets). Few-shot training adds most to general and least to medical.**',
  );
  assert.doesNotMatch(contrastSentence(points.slice(0, 2)), /most/);
  assert.match(contrastSentence([{ ...points[0], gain: null }]), /no AUROC/);
});

test('the chart: a panel per data set and metric, a row per model; without masks one metric', async () => {
  const points = [point('general', 'a', 0.4, 0.7, 0.01), point('medical', 'a', 0.9, 0.92, 0.6), point('general', 'b', 0.5, 0.6, 0.2)];
  const svg = await toSvg(contrastChart(points));
  for (const text of ['image AUROC', 'AUPRO', 'general', 'medical', 'MediCLIP, few-shot', 'zero-shot CLIP'])
    assert.match(svg, new RegExp(`>${text}<`));
  assert.match(
    contrastChart(points).alt,
    /a, general, MediCLIP, few-shot: image AUROC 0\.700; a, general, zero-shot CLIP: image AUROC 0\.400; a, general, MediCLIP/,
  );
  assert.doesNotMatch(await toSvg(contrastChart([point('general', 'a', 0.4, 0.7, 0.01, null)])), /AUPRO/);
});

test('softmax: a pixel of probability one half lies at a difference of 0; the ends are those of cosines', () => {
  const { alt } = softmaxChart([0.5, 0.2, 0.8]);
  assert.match(alt, /lowest pixel: 0\.20 at a difference of −1\.39; median pixel: 0\.50 at a difference of 0\.00; highest pixel: 0\.80/);
  assert.equal((1 / (1 + Math.exp(2))).toFixed(2), '0.12');
});
