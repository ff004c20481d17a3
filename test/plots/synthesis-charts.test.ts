import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSvg } from '../../src/plots/chart';
import { distributionChart, synthesisCloud, synthesisHistograms, type MeasuredSynthesis } from '../../src/plots/synthesis-charts';

const draws: MeasuredSynthesis[] = [
  { task: 'SourceTask', draw: 0, anomalies: 1, area: 0.05, change: -12 },
  { task: 'SourceTask', draw: 1, anomalies: 2, area: 0.051, change: 3 },
  { task: 'SourceTask', draw: 2, anomalies: 1, area: 0.3, change: 0 },
  { task: 'CutpasteTask', draw: 0, anomalies: 1, area: 0.1, change: 40 },
];

interface Panel {
  title: { text: string };
  data: { values: { from: number; to: number; count: number }[] };
  encoding: { x: { scale: { domain: [number, number] } } };
}

test('histograms count every draw once, on one axis', async () => {
  const picture = synthesisHistograms(draws);
  const panels = (picture.spec as unknown as { concat: Panel[] }).concat;
  assert.equal(panels.length, 4);
  assert.deepEqual(
    panels.map(({ data }) => data.values.reduce((sum, { count }) => sum + count, 0)),
    [3, 3, 1, 1],
  );
  assert.deepEqual(panels[0].data.values, [
    { from: 4, to: 6, count: 2 },
    { from: 30, to: 32, count: 1 },
  ]);
  assert.deepEqual(panels[1].data.values[0], { from: -20, to: -10, count: 1 });
  assert.deepEqual(panels[0].encoding.x.scale.domain, panels[2].encoding.x.scale.domain);
  assert.match(picture.alt, /Source 5\.1 %, Cutpaste 10\.0 %/);
  assert.equal(await toSvg(picture), await toSvg(synthesisHistograms(draws)));
});

test('the cloud has every draw of a task in one trace', async () => {
  const { plotly, still } = await synthesisCloud(draws);
  assert.deepEqual(
    plotly.data.map(({ name, x, customdata }) => [name, x, customdata]),
    [
      [
        'Source',
        [5, 5.1, 30],
        [
          [0, 1],
          [1, 2],
          [2, 1],
        ],
      ],
      ['Cutpaste', [10], [[0, 1]]],
    ],
  );
  assert.deepEqual([plotly.layout.width, plotly.layout.height], [still.width, still.height]);
});

test('distribution functions rise to one, a panel a task and measure', async () => {
  const sample = Array.from({ length: 500 }, (_, i) => (i * 7919) % 500);
  const picture = distributionChart([{ task: 'SinkTask', measure: 'area', ours: sample, published: [3, 1, 2] }]);
  const [panel] = (picture.spec as unknown as { concat: { layer: { data: { values: { value: number; share: number }[] } }[] }[] }).concat;
  const [ours, published] = panel.layer.map(({ data }) => data.values);
  assert.deepEqual(published, [
    { value: 1, share: 1 / 3 },
    { value: 2, share: 2 / 3 },
    { value: 3, share: 1 },
  ]);
  assert.deepEqual(ours[ours.length - 1], { value: 499, share: 1 });
  assert.ok(ours.length < 80);
  for (const { value, share } of ours) assert.ok(Math.abs(share - (value + 1) / 500) < 1e-9);
  assert.match(await toSvg(picture), /published code/);
});
