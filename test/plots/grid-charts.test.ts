import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { ablationChart } from '../../src/plots/ablation-chart';
import { toSvg } from '../../src/plots/chart';
import { differenceBars } from '../../src/plots/difference-bars';
import { epochsChart } from '../../src/plots/epochs-chart';
import { methodsMontage } from '../../src/plots/methods-montage';
import { modelsChart } from '../../src/plots/models-chart';
import type { Chart } from '../../src/plots/picture';
import { seedDots } from '../../src/plots/seed-dots';
import { shotsChart } from '../../src/plots/shots-chart';
import { thresholdChart } from '../../src/plots/threshold-chart';
import { transferChart } from '../../src/plots/transfer-chart';

const shots = [
  { dataset: 'brain & co', label: 'PatchCore', shots: 4, mean: 0.7, sd: 0.02 },
  { dataset: 'brain & co', label: 'PatchCore', shots: 16, mean: 0.8, sd: null },
  { dataset: 'brain & co', label: 'MediCLIP', shots: 4, mean: 0.75, sd: 0.03 },
  { dataset: 'brain & co', label: 'MediCLIP', shots: 16, mean: 0.9, sd: 0.01 },
  { dataset: 'brain & co', label: 'zero-shot', shots: 0, mean: 0.6, sd: null },
  { dataset: 'chest', label: 'MediCLIP', shots: 16, mean: 0.5, sd: 0.1 },
];
const transfer = [
  { trainedOn: 'a', testedOn: 'a', mean: 0.91 },
  { trainedOn: 'a', testedOn: 'b', mean: 0.4 },
  { trainedOn: 'zero-shot', testedOn: 'b', mean: 0.62 },
];
const variants = [
  { dataset: 'a', label: 'complete', mean: 0.8, sd: 0.02 },
  { dataset: 'a', label: 'no <adapter>', mean: 0.7, sd: null },
];

const epochs = [0, 5].flatMap((count) =>
  ['image AUROC', 'AUPRO'].flatMap((metric) => [
    { dataset: 'brain', label: 'MediCLIP', metric, epochs: count, mean: 0.4 + count / 20, sd: 0.02 },
    ...(metric === 'image AUROC' ? [{ dataset: 'no masks', label: 'MediCLIP', metric, epochs: count, mean: 0.6, sd: null }] : []),
  ]),
);
const zero = { dataset: 'brain', label: 'zero-shot CLIP', epochs: null, mean: 0.5, sd: null };
const models = ['image AUROC', 'AUPRO'].flatMap((metric) => [
  { dataset: 'brain', model: 'general', label: 'zero-shot CLIP', metric, mean: 0.5, sd: null },
  { dataset: 'brain', model: 'general', label: 'MediCLIP', metric, mean: 0.8, sd: 0.05 },
  { dataset: 'brain', model: 'medical', label: 'MediCLIP', metric, mean: 0.98, sd: 0.05 },
]);
const masked = variants.map((point) => ({ ...point, metric: 'AUPRO', dataset: 'b' }));

const charts: Record<string, Chart> = {
  epochs: epochsChart([...epochs, zero]),
  'epochs of nothing': epochsChart([]),
  models: modelsChart(models),
  'models of nothing': modelsChart([]),
  'ablation with AUPRO': ablationChart([...variants, ...masked, ...variants.map((point) => ({ ...point, dataset: 'b' }))]),
  'shots with AUPRO': shotsChart([...shots, { ...shots[0], metric: 'AUPRO' }]),
  'transfer with AUPRO': transferChart([...transfer, { ...transfer[0], metric: 'AUPRO' }]),
  'one number of shots': shotsChart([shots[3], shots[4]]),
  shots: shotsChart(shots, { first: 'MediCLIP' }),
  'shots of nothing': shotsChart([]),
  'zero-shot alone': shotsChart([shots[4]]),
  transfer: transferChart(transfer, { last: ['zero-shot'] }),
  'transfer of nothing': transferChart([]),
  'transfer with intervals': transferChart(
    transfer.map((point) => ({ ...point, interval: [point.mean - 0.1, point.mean + 0.05] })),
    { last: ['zero-shot'], sorted: false },
  ),
  thresholds: thresholdChart([
    { trainedOn: 'a', testedOn: 'a', scores: [0.1, 0.2, 0.9], labels: [0, 0, 1], threshold: 0.2 },
    { trainedOn: 'a', testedOn: 'b', scores: [0.5, 0.6, 0.7], labels: [0, 1, 1], threshold: Infinity },
  ]),
  'thresholds of nothing': thresholdChart([]),
  ablation: ablationChart(variants, { title: 'parts' }),
  'ablation of nothing': ablationChart([]),
};

for (const [name, picture] of Object.entries(charts)) {
  test(`${name}: compiles without a complaint, holds no NaN, is the same twice`, async () => {
    const svg = await toSvg(picture);
    assert.doesNotMatch(svg, /NaN|Infinity|>undefined/);
    assert.equal(await toSvg(picture), svg);
    assert.ok(picture.alt.length > 20 && !picture.alt.includes('NaN'), picture.alt);
  });
}

test('shots: of twenty methods each has a line that looks like no other', async () => {
  const many = Array.from({ length: 20 }, (_, i) =>
    [4, 16].map((k) => ({ dataset: 'd', label: `m${i}`, shots: k, mean: 0.5 + i / 50, sd: null })),
  );
  const svg = await toSvg(shotsChart(many.flat()));
  const lines = [...svg.matchAll(/aria-roledescription="line mark"[^>]*?stroke="([^"]+)"[^>]*>/g)];
  const looks = lines.map(([line, colour]) => `${colour} ${/stroke-dasharray="([^"]*)"/.exec(line)?.[1] ?? ''}`);
  assert.equal(looks.length, 20, svg.slice(0, 3000));
  assert.equal(new Set(looks).size, 20);
});

test('transfer: a frame where a row is said to be tested at home, whatever its name', async () => {
  const frames = async (home: boolean): Promise<number> => {
    const svg = await toSvg(transferChart([{ trainedOn: 'a: MediCLIP', testedOn: 'a', mean: 0.9, home }]));
    return [...svg.matchAll(/stroke-width="2\.5"/g)].length;
  };
  assert.equal((await frames(true)) - (await frames(false)), 1);
});

test('shots: a panel a data set, a band and a line a method, the first in black, the level line over the whole width', async () => {
  const svg = await toSvg(charts.shots);
  for (const text of ['brain &amp; co', 'chest', 'MediCLIP', 'PatchCore', 'zero-shot']) assert.ok(svg.includes(`>${text}<`), text);
  assert.match(svg, /stroke="#000000"[^>]*stroke-width="2\.5"/i);
  type Layered = { vconcat: { concat: { data: { values: { label: string; k: number; low: number; high: number }[] } }[] }[] };
  const [first] = (charts.shots.spec as unknown as Layered).vconcat[0].concat;
  assert.deepEqual(
    first.data.values.filter(({ label }) => label === 'zero-shot').map(({ k }) => k),
    [4, 16],
  );
  const band = first.data.values.find(({ label, k }) => label === 'MediCLIP' && k === 4);
  assert.ok(band && Math.abs(band.low - 0.72) < 1e-12 && Math.abs(band.high - 0.78) < 1e-12);
});

test('transfer: numbers in the fields, methods that are not trained below', async () => {
  const svg = await toSvg(charts.transfer);
  for (const number of ['0.910', '0.400', '0.620']) assert.ok(svg.includes(`>${number}<`), number);
  assert.ok(svg.indexOf('>a<') < svg.indexOf('>zero-shot<'));
});

test('transfer: intervals below the numbers, a frame where a run is at home', async () => {
  const svg = await toSvg(charts['transfer with intervals']);
  for (const text of ['0.81–0.96', '0.30–0.45', '0.52–0.67']) assert.ok(svg.includes(`>${text}<`), text);
  assert.equal(svg.match(/<path[^>]*aria-roledescription="rect mark"[^>]*stroke="#222222"/g)?.length, 1);
  assert.match(charts['transfer with intervals'].alt, /a on b: 0\.400 \(0\.300 to 0\.450\)/);
});

test('thresholds: a tick an image, a line where the threshold is finite, counts in the description', async () => {
  const svg = await toSvg(charts.thresholds);
  assert.equal(svg.match(/aria-roledescription="tick"/g)?.length, 6);
  assert.equal(svg.match(/aria-roledescription="rule mark"/g)?.length, 1);
  assert.match(charts.thresholds.alt, /a on a: 1 normal and 1 abnormal images at or above 0\.200; a on b: 0 normal and 0 abnormal/);
});

test('ablation: labels are text, in the order given', async () => {
  const svg = await toSvg(charts.ablation);
  assert.ok(svg.includes('>no &lt;adapter&gt;<'));
  assert.ok(svg.indexOf('>complete<') < svg.indexOf('>no &lt;adapter&gt;<'));
});

test('methods: a panel for the image with its mask and for each method, under its line; wrong counts are refused', async () => {
  const image = { width: 8, height: 8, channels: 1 as const, data: new Uint8Array(64).fill(90) };
  const mask = Uint8Array.from({ length: 64 }, (_, i) => Number(i < 20));
  const map = Float32Array.from({ length: 64 }, (_, i) => i / 64);
  const images = [
    { image, mask, label: 1 as const, name: 'one' },
    { image, mask: null, label: 0 as const },
  ];
  const method = (name: string, scale: number): { name: string; maps: Float32Array[]; scores: number[] } => {
    return { name, maps: [map.map((v) => v * scale), map.map((v) => v * scale)], scores: [1, 2] };
  };
  const picture = await methodsMontage(images, [method('A', 1), method('B', 1000)], { cell: 20, scale: 1 });
  assert.equal(picture.width, 12 + 3 * 28 - 8 + 12);
  const { data, info } = await sharp(picture.png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const column = (c: number): string => {
    const bytes: number[] = [];
    for (let y = 48; y < 68; y++) for (let x = 0; x < 20; x++) bytes.push(data[(y * info.width + 12 + c * 28 + x) * 3]);
    return bytes.join();
  };
  assert.equal(column(1), column(2), 'each method has its own range of colours');
  assert.notEqual(column(0), column(1));
  const known = await methodsMontage(images, [method('zero-shot CLIP', 1)], { cell: 150, scale: 1 });
  const pixels = await sharp(known.png).removeAlpha().raw().toBuffer();
  const at = (x: number, y: number): string => [...pixels.subarray((y * known.width + x) * 3, (y * known.width + x) * 3 + 3)].join();
  assert.equal(at(172, 40), '204,51,17', 'the line of zero-shot CLIP in charts');
  assert.throws(() => methodsMontage(images, [{ name: 'C', maps: [map], scores: [1] }]), /C: 1 maps/);
});

test('ablation: ticks of variants that hardly differ tell them apart, and long names are whole', async () => {
  const long = 'class token in the middle, shared context';
  const close = [0.9422, 0.9441, 0.9478].map((mean, i) => ({ dataset: 'a', label: ['complete', long, 'c'][i], mean, sd: 0.0005 }));
  const texts = [...(await toSvg(ablationChart(close))).matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  assert.ok(texts.includes(long), texts.join('; '));
  const ticks = texts.filter((text) => /^0\.\d+$/.test(text));
  assert.ok(ticks.length >= 3);
  assert.equal(new Set(ticks).size, ticks.length, ticks.join());
});

/** Colours, dashes and shapes of the marks of each method, by its label, in a chart's specification. */
const looksIn = (chart: Chart): string => JSON.stringify(chart.spec);

test('a method has one look in all charts', () => {
  const point = { dataset: 'd', mean: 0.5, sd: null };
  const zero = { colour: '#CC3311', dash: [7, 4] };
  const texts = [
    looksIn(
      shotsChart([
        { ...point, label: 'other', shots: 0 },
        { ...point, label: 'zero-shot CLIP', shots: 0 },
      ]),
    ),
    looksIn(modelsChart([{ ...point, model: 'm', label: 'zero-shot CLIP' }])),
    looksIn(seedDots([{ label: 'zero-shot CLIP, no training image', value: 0.5 }])),
  ];
  for (const text of texts) assert.ok(text.includes(zero.colour), text);
  const dashed = [texts[0], looksIn(charts.epochs)];
  for (const text of dashed) assert.ok(text.includes(JSON.stringify(zero.dash)), text);
  for (const text of [looksIn(charts.ablation), looksIn(differenceBars([{ dataset: 'd', label: 'a', difference: 0, low: 0, high: 0 }]))])
    assert.ok(text.includes('"#000000"'));
});

test('panels of a metric share their axis, and metrics stand side by side; data sets without masks come last', async () => {
  const few = [
    { dataset: 'a', label: 'x', mean: 0.52, sd: null },
    { dataset: 'b', label: 'x', mean: 0.94, sd: null },
    { dataset: 'b', label: 'x', mean: 0.3, sd: null, metric: 'AUPRO' },
  ];
  type Panel = {
    title?: string;
    mark?: { text: string };
    layer?: { encoding: { x: { title: string | null; scale: { domain: number[] } } } }[];
  };
  const { concat, columns } = ablationChart(few).spec as unknown as { concat: Panel[]; columns: number };
  assert.deepEqual([columns, concat.map(({ title, mark }) => title ?? mark?.text)], [2, ['b', ' ', 'a', 'no masks']]);
  const axes = concat.flatMap(({ layer }) => (layer ? [layer[0].encoding.x] : []));
  const [first, , second] = axes.map(({ scale }) => scale.domain);
  assert.deepEqual(
    [first, second],
    [
      [0.4, 1],
      [0.4, 1],
    ],
  );
  assert.deepEqual(
    axes.map(({ title }) => title),
    [null, 'AUPRO', 'image AUROC'],
  );
  const shotsOf = (dataset: string): object => ({ dataset, label: 'x', shots: 4, mean: 0.5, sd: null });
  const filled = shotsChart(['a', 'b', 'c'].map(shotsOf) as Parameters<typeof shotsChart>[0]).spec as unknown as {
    vconcat: { concat: object[]; columns: number }[];
  };
  assert.deepEqual([filled.vconcat[0].columns, filled.vconcat[0].concat.length], [2, 3]);
});

test('epochs: a line a data set from the first number on, zero-shot as a level line over the whole width', () => {
  type Layered = { vconcat: { hconcat: { data: { values: { label: string; epochs: number; metric: string; dataset: string }[] } }[] }[] };
  const panels = (charts.epochs.spec as unknown as Layered).vconcat[0].hconcat;
  assert.deepEqual(
    panels.map(({ data }) => data.values[0].metric),
    ['image AUROC', 'AUPRO'],
  );
  const [image] = panels;
  const at = (label: string): number[] =>
    image.data.values.filter((value) => value.label === label && value.dataset === 'brain').map((value) => value.epochs);
  assert.deepEqual(
    [at('MediCLIP'), at('zero-shot CLIP')],
    [
      [0, 5],
      [0, 5],
    ],
  );
  assert.match(charts.epochs.alt, /brain, MediCLIP after 0 epochs: image AUROC 0\.400.*brain, zero-shot CLIP: image AUROC 0\.500/);
});

test('models: a bar of one standard deviation ends at 1, as metrics do', () => {
  const text = looksIn(charts.models);
  assert.ok(text.includes('"high":1}') && !text.includes('1.03'), text);
});
