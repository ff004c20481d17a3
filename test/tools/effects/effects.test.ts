import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../../src/common/node/project-root';
import { PHANTOM_NAMES } from '../../../src/phantoms/names';
import { effectsPage, effectsOf } from '../../../src/tools/effects/effects';
import { readTables, type ResultRow, type Tables } from '../../../src/tools/effects/rows';

const PUBLISHED = path.join(projectRoot(), 'results', 'embedded');
/** What the committed results miss, as the card of the model says; every other effect must hold. */
const MISSED: readonly string[] = [
  'on two of three phantoms, no single task is better than the published mix',
  'MediCLIP first of all methods in AUPRO on all three',
  'brainmri (real): image AUROC at least .800, above zero-shot and above random weights',
  'chest-xray (real): image AUROC at least .700, above zero-shot and above random weights',
];

test('the committed page of effects follows from the committed tables', () => {
  assert.equal(fs.readFileSync(path.join(PUBLISHED, 'effects.md'), 'utf8'), effectsPage(effectsOf(readTables(PUBLISHED))));
});

test('the committed results show every effect but those that the card names as missed', () => {
  const missed = effectsOf(readTables(PUBLISHED)).filter(({ holds }) => !holds);
  assert.deepEqual(
    missed.map(({ wanted }) => wanted),
    MISSED,
  );
});

function row(values: Partial<ResultRow>): ResultRow {
  const dataset = values.dataset ?? 'phantom-brain';
  const fixed = { dataset, trainedOn: dataset, model: 'compact', method: 'mediclip', label: 'MediCLIP', k: 16, metric: 'imageAuroc' };
  return { ...fixed, epochs: 60, mean: 0.8, difference: NaN, p: NaN, ...values };
}

/** Tables in which every effect is to be seen. */
function tables(): Tables {
  const of = (rows: (dataset: string) => ResultRow[]): ResultRow[] => PHANTOM_NAMES.flatMap(rows);
  const both = (dataset: string, k: number, mean: number, method = 'mediclip'): ResultRow[] =>
    ['imageAuroc', 'pixelAupro'].map((metric) => row({ dataset, k, mean, method, label: method, metric }));
  const methods = of((dataset) => [
    ...both(dataset, 1, 0.6),
    ...both(dataset, 4, 0.7),
    ...both(dataset, 16, 0.8),
    ...both(dataset, 0, 0.4, 'zero-shot-clip'),
    ...both(dataset, 16, 0.7, 'patchcore'),
  ]);
  const real = ['brainmri', 'chest-xray'].flatMap((dataset) => [
    row({ dataset, mean: 0.85 }),
    row({ dataset, method: 'zero-shot-clip', k: 0, mean: 0.5 }),
    row({ dataset, method: 'mediclip', model: 'compact-untrained', mean: 0.6 }),
  ]);
  return {
    comparison: [...methods.filter(({ metric }) => metric === 'imageAuroc'), ...real.filter(({ model }) => model === 'compact')],
    pixel: methods.filter(({ metric }) => metric === 'pixelAupro'),
    components: ['a', 'b', 'c', 'd', 'e'].map((label) => row({ label, p: 0.01, difference: -0.1 })),
    tasks: of((dataset) => [row({ dataset, label: 'as published', mean: 0.8 }), row({ dataset, label: 'Cutpaste', mean: 0.7, p: 0.2 })]),
    epochs: of((dataset) => [0, 60].flatMap((epochs) => both(dataset, 16, 0.5 + epochs / 200).map((one) => ({ ...one, epochs })))),
    transfer: of((dataset) => [
      row({ dataset, difference: 0.4, p: 0.001 }),
      row({
        dataset,
        trainedOn: dataset === 'phantom-brain' ? 'phantom-chest' : 'phantom-brain',
        difference: dataset === 'phantom-brain' ? 0.2 : -0.1,
        p: 0.01,
      }),
    ]),
    backbones: [
      ...real,
      ...of((dataset) => ['zero-shot-clip', 'mediclip'].map((method) => row({ dataset, method, model: 'compact-medical', mean: 0.9 }))),
    ],
  };
}

/** What makes one effect vanish, by its number. */
const SPOILED: ((tables: Tables) => void)[] = [
  ({ comparison }) => set(comparison, { method: 'zero-shot-clip', dataset: 'phantom-chest' }, { mean: 0.66 }),
  ({ transfer }) => set(transfer, { dataset: 'phantom-breast', trainedOn: 'phantom-breast' }, { p: 0.02 }),
  ({ pixel }) => set(pixel, { dataset: 'phantom-brain', method: 'zero-shot-clip' }, { mean: 0.51 }),
  ({ comparison, pixel }) => [comparison, pixel].forEach((rows) => set(rows, { k: 1 }, { mean: 0.79 })),
  ({ epochs }) => set(epochs, { epochs: 0, dataset: 'phantom-chest', metric: 'imageAuroc' }, { mean: 0.79 }),
  ({ epochs }) => set(epochs, { epochs: 0, dataset: 'phantom-chest', metric: 'pixelAupro' }, { mean: 0.9 }),
  ({ components }) => set(components, { label: 'c' }, { p: 0.06 }),
  ({ tasks }) => ['phantom-brain', 'phantom-chest'].forEach((dataset) => set(tasks, { label: 'Cutpaste', dataset }, { mean: 0.9 })),
  ({ comparison }) =>
    ['phantom-brain', 'phantom-chest'].forEach((dataset) => set(comparison, { method: 'patchcore', dataset }, { mean: 0.9 })),
  ({ pixel }) => set(pixel, { method: 'patchcore', dataset: 'phantom-chest' }, { mean: 0.9 }),
  ({ transfer }) => set(transfer, { trainedOn: 'phantom-chest', dataset: 'phantom-brain' }, { p: 0.06 }),
  ({ backbones }) => set(backbones, { model: 'compact-medical', method: 'zero-shot-clip', dataset: 'phantom-brain' }, { mean: 0.86 }),
  ({ comparison }) => set(comparison, { dataset: 'brainmri', method: 'zero-shot-clip' }, { mean: 0.86 }),
  ({ backbones }) => set(backbones, { dataset: 'chest-xray', model: 'compact-untrained' }, { mean: 0.86 }),
];

function set(rows: ResultRow[], where: Partial<ResultRow>, values: Partial<ResultRow>): void {
  const found = rows.filter((one) => Object.entries(where).every(([key, v]) => one[key as keyof ResultRow] === v));
  assert.ok(found.length > 0, JSON.stringify(where));
  for (const one of found) Object.assign(one, values);
}

test('each effect is seen where it is, and only that one vanishes where it is not', () => {
  const whole = effectsOf(tables());
  assert.equal(whole.length, SPOILED.length);
  assert.deepEqual(
    whole.filter(({ holds }) => !holds),
    [],
  );
  SPOILED.forEach((spoil, i) => {
    const changed = tables();
    spoil(changed);
    assert.deepEqual(
      effectsOf(changed).flatMap(({ holds }, k) => (holds ? [] : [k])),
      [i],
      whole[i].wanted,
    );
  });
});
