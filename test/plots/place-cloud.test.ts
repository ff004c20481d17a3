import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { placeCloud, type PlacedImage } from '../../src/plots/place-cloud';

const IMAGES: PlacedImage[] = [
  { testedOn: 'a', trainedOn: 'b', home: 1, away: 0.25, name: 'spot <b>1</b>.png' },
  { testedOn: 'a', trainedOn: 'c', home: 1, away: 0.5, name: 'spot' },
  { testedOn: 'b', trainedOn: 'c', home: 0, away: 0.125, name: 'line' },
];

interface Trace {
  name: string;
  showlegend: boolean;
  xaxis: string;
  x: number[];
  y: number[];
  text: string[];
}

test('a trace a test set and run, per cent on both axes, each run once in the legend, names as text', async () => {
  const { plotly, still, alt } = await placeCloud(IMAGES);
  assert.deepEqual(
    (plotly.data as unknown as Trace[]).map(({ name, showlegend, xaxis, x, y, text }) => [name, showlegend, xaxis, x, y, text]),
    [
      ['trained on b', true, 'x', [100], [25], ['spot &lt;b&gt;1&lt;/b&gt;.png']],
      ['trained on c', true, 'x', [100], [50], ['spot']],
      ['trained on c', false, 'x2', [0], [12.5], ['line']],
    ],
  );
  const { xaxis2, width, height } = plotly.layout as {
    xaxis2: { domain: number[]; title: { text: string } };
    width: number;
    height: number;
  };
  assert.ok(Math.abs(xaxis2.domain[1] - 1) < 1e-9 && xaxis2.domain[0] > 0.5);
  assert.match(xaxis2.title.text, /%/);
  assert.deepEqual([width, height], [still.width, still.height]);
  assert.match(alt, /^3 points in 2 panels \(a, b\)/);
  const { channels } = await sharp(still.png).stats();
  assert.ok(channels[2].stdev > 5, 'the still is empty');
});

test('of one data set there is nothing to compare, and nothing fails', async () => {
  assert.equal((await placeCloud([])).plotly.data.length, 0);
});
