import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import { UserError } from '../../src/common/errors';
import { chart, toPng, toSvg } from '../../src/plots/chart';
import { historyChart } from '../../src/plots/history-chart';
import type { Chart } from '../../src/plots/picture';
import { rocChart } from '../../src/plots/score-curves';
import { scoreHistogram } from '../../src/plots/score-histogram';
import { COLOURS, seriesColour } from '../../src/drawing/style';

const random = Random.of(3);
const labels = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 0 : 1));
const scores = labels.map((label) => random.normal(0.5 + 0.1 * label, 0.1));
const rows = [1, 2, 3].map((epoch) => ({
  epoch,
  total: 1 / epoch,
  focal: 0.25 / epoch,
  dice: 0.75 / epoch,
  imageAuroc: epoch === 2 ? 0.8 : null,
}));

const charts: Record<string, Chart> = {
  history: historyChart(rows, { title: 'a run' }),
  'history of nothing': historyChart([]),
  'history that diverged': historyChart([...rows, { epoch: 4, total: NaN, focal: Infinity, dice: 0.1 }]),
  histogram: scoreHistogram(scores, labels, { threshold: 0.55, title: 'scores' }),
  'histogram of equal scores': scoreHistogram([0.5, 0.5], [0, 1]),
  'histogram of nothing': scoreHistogram([], []),
  roc: rocChart(scores, labels, [0.6, 0.9]),
  'roc of one class': rocChart([1, 2], [1, 1]),
};

test('titles hold no straight quotation marks, which break the chart in JupyterLab; data and alt are as given', () => {
  const x = { field: 'v', type: 'quantitative', title: 'near "abnormal" and 5" wide' };
  const layer = [{ data: { values: [{ v: 1, title: 'a "b"' }] }, mark: 'point', encoding: { x } }];
  const { spec, alt } = chart({ layer }, 'alt "text"');
  const [first] = (spec as unknown as { layer: [{ data: unknown; encoding: { x: { title: string } } }] }).layer;
  assert.equal(first.encoding.x.title, 'near “abnormal” and 5” wide');
  assert.deepEqual(first.data, { values: [{ v: 1, title: 'a "b"' }] });
  assert.equal(alt, 'alt "text"');
});

for (const [name, picture] of Object.entries(charts)) {
  test(`${name}: compiles without a complaint, holds no NaN, is the same twice`, async () => {
    const svg = await toSvg(picture);
    assert.match(svg, /^<svg [^>]*width="\d+/);
    assert.doesNotMatch(svg, /NaN|undefined,|Infinity/);
    assert.match(svg, new RegExp(`fill="${COLOURS.background}"|fill="white"`, 'i'));
    assert.equal(await toSvg(picture), svg);
    assert.ok(picture.alt.length > 20 && !picture.alt.includes('NaN'), picture.alt);
    assert.ok(svg.includes(`aria-label="${picture.alt}"`));
  });
}

test('a history has a line for each part in its colour, and a second panel only for what was measured', async () => {
  const svg = await toSvg(charts.history);
  for (const part of ['total', 'focal', 'dice', 'imageAuroc'] as const) assert.ok(svg.includes(`stroke="${COLOURS[part]}"`), part);
  assert.ok(!svg.includes(COLOURS.pixelAuroc));
  assert.match(svg, />a run</);
  assert.doesNotMatch(await toSvg(historyChart(rows.map((row) => ({ ...row, imageAuroc: null })))), /AUROC/);
  assert.match(charts.history.alt, /from 1\.000 in epoch 1 to 0\.333 in epoch 3\. The image AUROC went from 0\.800/);
});

test('a history shows the losses that its rows have', () => {
  const seriesOf = (picture: Chart): unknown[] => {
    const { hconcat } = picture.spec as unknown as { hconcat: { encoding: { color: { scale: { domain: unknown[] } } } }[] };
    return hconcat[0].encoding.color.scale.domain;
  };
  assert.deepEqual(seriesOf(charts.history), ['total', 'focal', 'Dice']);
  const missing = rows.map(({ epoch, total, dice }) => ({ epoch, total, dice, focal: null, later: 1 }));
  assert.deepEqual(seriesOf(historyChart(missing)), ['total', 'Dice']);
  assert.equal(seriesColour('dice'), COLOURS.dice);
  assert.match(seriesColour('a loss of my own'), /^#/);
});

test('a histogram counts every image once, in its class', () => {
  type Row = { from: number; to: number; count: number; class: string };
  const { layer } = scoreHistogram([0, 1, 1, 10, 9.9, 10], [0, 0, 1, 1, 1, 1], { bins: 10 }).spec as unknown as {
    layer: { data: { values: Row[] } }[];
  };
  assert.equal(layer.length, 1);
  assert.deepEqual(layer[0].data.values, [
    { from: 0, to: 1, count: 1, class: 'normal (2)' },
    { from: 1, to: 2, count: 1, class: 'normal (2)' },
    { from: 1, to: 2, count: 1, class: 'abnormal (4)' },
    { from: 9, to: 10, count: 3, class: 'abnormal (4)' },
  ]);
  assert.throws(() => scoreHistogram([NaN], [0]), UserError);
});

test('a histogram names the median of each class in words', () => {
  assert.equal(
    scoreHistogram([3, 1, 0.5, 0.25, 10], [0, 0, 1, 1, 1]).alt,
    'Histogram of anomaly scores: 2 normal images with median score 2.0000, 3 abnormal images with median score 0.5000.',
  );
  assert.match(scoreHistogram([1], [1]).alt, /no normal images/);
});

test('curves run through the points of the metrics and name area and interval', async () => {
  type Layers = { layer: { data: { values: { x: number; y: number }[] } }[] };
  const points = (picture: Chart): number[][] => (picture.spec as unknown as Layers).layer[1].data.values.map(({ x, y }) => [x, y]);
  const [s, l] = [
    [0.9, 0.8, 0.7],
    [1, 0, 1],
  ];
  assert.deepEqual(points(rocChart(s, l)), [
    [0, 0],
    [0, 0.5],
    [1, 0.5],
    [1, 1],
  ]);
  assert.match(await toSvg(rocChart(s, l, [0.25, 0.75])), /AUROC 0\.500 \(95 % interval 0\.250 to 0\.750\)/);
  assert.match(await toSvg(charts['roc of one class']), /AUROC undefined: one class only/);
});

test('names from data sets stay text', async () => {
  const svg = await toSvg(historyChart(rows, { title: '<script>alert("x")</script> & co' }));
  assert.ok(!svg.includes('<script'));
  assert.ok(svg.includes('&lt;script&gt;'));
});

test('a specification that Vega-Lite complains about is an error', async () => {
  const wrong = chart(
    { mark: 'bar', data: { values: [{ a: 1 }] }, encoding: { x: { field: 'a', type: 'quantitative' }, wrong: { field: 'a' } } },
    'x',
  );
  await assert.rejects(toSvg(wrong), /chart: /);
  assert.match(await toSvg(charts.roc), /^<svg/);
});

test('charts drawn at the same time do not disturb each other', async () => {
  const together = await Promise.all([toSvg(charts.roc), toSvg(charts.histogram), toSvg(charts.roc)]);
  assert.equal(together[0], together[2]);
  assert.equal(together[1], await toSvg(charts.histogram));
});

test('a PNG has the pixels of its scale and the same bytes each time', async () => {
  const sharp = (await import('sharp')).default;
  const once = await toPng(charts.roc, 2);
  const { width, height } = await sharp(once.png).metadata();
  assert.ok(Math.abs(Number(width) - 2 * once.width) <= 1 && Math.abs(Number(height) - 2 * once.height) <= 1);
  assert.deepEqual((await toPng(charts.roc, 2)).png, once.png);
  const { data } = await sharp(once.png).raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([...data.subarray(0, 3)], [255, 255, 255]);
});

test('clip paths and gradients have the same names every time', async () => {
  const quantitative = (field: string): object => ({ field, type: 'quantitative' });
  const encoding = { x: quantitative('a'), y: quantitative('a'), color: quantitative('a') };
  const clipped = chart({ mark: { type: 'circle', clip: true }, data: { values: [{ a: 1 }, { a: 2 }] }, encoding }, 'two circles');
  const svg = await toSvg(clipped);
  assert.match(svg, /clipPath id=.*linearGradient id=|linearGradient id=.*clipPath id=/s);
  assert.equal(await toSvg(clipped), svg);
});
