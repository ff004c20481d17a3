import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import sharp from 'sharp';
import { encodePng } from '../../src/image/node/encode';
import { chart } from '../../src/plots/chart';
import { liveChart, show, showTable, showText } from '../../src/plots/display';
import { drawing, textLine } from '../../src/plots/drawing';
import { historyChart } from '../../src/plots/history-chart';
import { interactive } from '../../src/plots/plotly';

interface Message {
  data: Record<string, unknown>;
  metadata: Record<string, { width: number; height: number; alt: string }>;
  transient: { display_id?: string };
}

const VEGA_LITE = 'application/vnd.vegalite.v5+json';
const picture = historyChart([{ epoch: 1, total: 1, focal: 0.5, dice: 0.5 }]);

/** Becomes a kernel: tslab's module is loaded and writes into a list. */
function kernel(write: unknown = (message: Message, update: boolean) => void written.push({ message, update })): void {
  require('tslab/dist/jupyter').lastWriteDisplayData = write;
}
let written: { message: Message; update: boolean }[] = [];
afterEach(() => {
  written = [];
  const file = require.resolve('tslab/dist/jupyter');
  const loaded = require.cache[file];
  if (loaded) loaded.exports.lastWriteDisplayData = null;
});

test('outside of a kernel nothing is shown, drawn or loaded', async () => {
  await show(picture);
  const live = liveChart();
  live.update(picture);
  await live.finish();
  assert.equal(require.cache[require.resolve('tslab/dist/jupyter')], undefined);
});

test('a chart is one output: Vega-Lite, PNG and text', async () => {
  kernel();
  await show(picture);
  assert.equal(written.length, 1);
  const [{ message, update }] = written;
  assert.deepEqual(Object.keys(message.data), [VEGA_LITE, 'image/png', 'text/plain']);
  assert.equal(update, false);
  assert.deepEqual(message.data[VEGA_LITE], picture.spec);
  assert.match(String(message.data['image/png']), /^iVBOR/);
  assert.equal(message.metadata['image/png'].alt, picture.alt);
  assert.ok(message.metadata['image/png'].width > 300);
});

test('a PNG is shown with its size and text, as small as a screen needs', async () => {
  kernel();
  const grey = { width: 40, height: 20, channels: 1 as const, data: Uint8Array.from({ length: 800 }, (_, i) => i % 256) };
  const png = await encodePng(grey);
  await show({ png, width: 20, height: 10, alt: 'a grey ramp' });
  const { data, metadata } = written[0].message;
  assert.deepEqual(metadata, { 'image/png': { width: 20, height: 10, alt: 'a grey ramp' } });
  assert.equal(data['text/plain'], 'a grey ramp');
  const { width, height } = await sharp(Buffer.from(String(data['image/png']), 'base64')).metadata();
  assert.deepEqual([width, height], [20, 10]);
});

test('an interactive picture is Plotly, its still as a PNG of the same size, and text', async () => {
  kernel();
  const still = await drawing(60, 40, [], 'still');
  await show(interactive({ data: [{ type: 'scatter', x: [1], y: [2] }], layout: {} }, { ...still, svg: undefined }));
  const { data, metadata } = written[0].message;
  assert.deepEqual(Object.keys(data), ['application/vnd.plotly.v1+json', 'image/png', 'text/plain']);
  const figure = data['application/vnd.plotly.v1+json'] as { data: unknown[]; layout: { width: number; height: number } };
  assert.deepEqual([figure.data.length, figure.layout.width, figure.layout.height], [1, 60, 40]);
  const { width, height } = await sharp(Buffer.from(String(data['image/png']), 'base64')).metadata();
  assert.deepEqual([width, height], [60, 40]); // JupyterLab shows this PNG pixel by pixel until the pointer comes
  assert.deepEqual(metadata['image/png'], { width: 60, height: 40, alt: 'still' });
});

test('a drawing keeps two pixels a CSS pixel', async () => {
  kernel();
  await show(await drawing(50, 30, [textLine(25, 20, 'text')], 'a word'));
  const { width, height } = await sharp(Buffer.from(String(written[0].message.data['image/png']), 'base64')).metadata();
  assert.deepEqual([width, height], [100, 60]);
});

test('a table is shown as HTML with its texts escaped, and as text', () => {
  kernel();
  showTable({ columns: ['name', 'value'], rows: [['<b>x</b>', '1.5']] });
  const { data } = written[0].message;
  assert.match(String(data['text/html']), /&lt;b&gt;x&lt;\/b&gt;/);
  assert.equal(data['text/plain'], 'name      value\n<b>x</b>  1.5');
});

test('a text is shown as Markdown, and without its bold marks as plain text', () => {
  kernel();
  showText('**2 of 3** are found');
  assert.deepEqual(written[0].message.data, { 'text/markdown': '**2 of 3** are found', 'text/plain': '2 of 3 are found' });
});

test('a live chart overwrites its place, skips pictures that are out of date, and ends with the last', async () => {
  kernel();
  const live = liveChart();
  const at = (epoch: number) => historyChart([{ epoch, total: 1, focal: 1, dice: 1 }]);
  for (let epoch = 1; epoch <= 5; epoch++) live.update(at(epoch));
  await live.finish();
  live.update(at(6));
  await live.finish();
  assert.deepEqual(
    written.map(({ message }) => message.data['text/plain']),
    [1, 5, 6].map((epoch) => at(epoch).alt),
  );
  assert.deepEqual(
    written.map(({ update }) => update),
    [false, true, true],
  );
  assert.equal(new Set(written.map(({ message }) => message.transient.display_id)).size, 1);
  assert.ok(written[0].message.transient.display_id);
});

test('an error of drawing surfaces at the end', async () => {
  kernel();
  const live = liveChart();
  live.update(chart({ mark: 'nonsense', data: { values: [] } }, 'wrong'));
  await assert.rejects(live.finish());
});

test('without the private function the public display shows the PNG', async (t) => {
  kernel('no longer a function');
  const tslab = require('tslab') as typeof import('tslab');
  const shown: Uint8Array[] = [];
  t.mock.method(tslab.display, 'png', (png: Uint8Array) => void shown.push(png));
  t.mock.method(tslab, 'newDisplay', () => tslab.display);
  await show(picture);
  const live = liveChart();
  live.update(picture);
  await live.finish();
  assert.equal(shown.length, 2);
  assert.equal(Buffer.from(shown[0]).toString('latin1', 1, 4), 'PNG');
});
