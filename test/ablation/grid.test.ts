import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { expandGrid, type GridDataset, type GridModel } from '../../src/ablation/cells';
import { variantInWords, variantOf } from '../../src/runs/variant';
import { estimateSeconds, MEASURING } from '../../src/ablation/estimate';
import { checkGrid, readGrid } from '../../src/ablation/grid';
import { UserError } from '../../src/common/errors';
import { sha256 } from '../../src/common/node/files';
import { trainingConfig } from '../../src/runs/config';
import { temporaryFolder } from '../helpers/tiny-clip';

const VARIANTS = [{ label: 'MediCLIP', group: 'methods' }];
const DATASETS = [{ generate: 'phantom-brain' }];

const dataset = (name: string, trainImages = 16): GridDataset => ({ name, dir: `/data/${name}`, hash: name, trainImages, testImages: 10 });
const model = (name: string, imageSize = 224): GridModel => ({ name, given: name, dir: `/models/${name}`, hash: name, imageSize });
const grid = (value: Record<string, unknown>): ReturnType<typeof checkGrid> =>
  checkGrid({ datasets: DATASETS, variants: VARIANTS, ...value }, 'g.yaml');

test('every variant on every data set and model, with every number of shots and seed', () => {
  const given = grid({ models: ['compact', 'x/y'], shots: [4, 8], seeds: [1, 2, 3], base: { epochs: 7 } });
  const { cells, leftOut } = expandGrid(given, [dataset('a'), dataset('b')], [model('compact'), model('x/y')]);
  assert.equal(cells.length, 2 * 2 * 2 * 3);
  assert.deepEqual(leftOut, []);
  assert.equal(new Set(cells.map(({ name }) => name)).size, cells.length);
  assert.ok(cells.every(({ config }) => config.epochs === 7 && config.imageSize === 224));
  assert.match(cells[0].name, /^a\.compact\.mediclip\.k4\.s1\.[0-9a-f]{8}$/);
});

test("images have each model's own size, unless the settings name one", () => {
  const sizes = (value: Record<string, unknown>): number[] =>
    expandGrid(grid({ models: ['a', 'b'], seeds: [1], ...value }), [dataset('d')], [model('a'), model('b', 336)]).cells.map(
      ({ config }) => config.imageSize,
    );
  assert.deepEqual(sizes({}), [224, 336]);
  assert.deepEqual(sizes({ base: { imageSize: 56 } }), [56, 56]);
});

test("a variant's own lists and settings replace the grid's", () => {
  const variants = [
    ...VARIANTS,
    { label: 'dice', group: 'components', settings: { loss: 'dice' }, shots: [2], seeds: [9], datasets: ['b'], models: ['x/y'] },
  ];
  const { cells } = expandGrid(grid({ variants, seeds: [1] }), [dataset('a'), dataset('b')], [model('compact'), model('x/y')]);
  assert.deepEqual(
    cells.map((cell) => [cell.dataset.name, cell.model.name, cell.config.losses, cell.config.shots, cell.config.seed]),
    [
      ['a', 'compact', { focal: 1, dice: 1 }, 16, 1],
      ['b', 'compact', { focal: 1, dice: 1 }, 16, 1],
      ['b', 'x/y', { dice: 1 }, 2, 9],
    ],
  );
});

test('variants with the same settings share a cell, which is tested on the data sets of all of them', () => {
  const variants = [
    { label: 'MediCLIP', group: 'methods' },
    { label: 'complete', group: 'components', settings: { loss: 'total' } },
    { label: 'moved', group: 'transfer', transfer: ['b'] },
  ];
  const { cells } = expandGrid(grid({ variants, seeds: [1] }), [dataset('a'), dataset('b'), dataset('c')], [model('compact')]);
  assert.equal(cells.length, 3);
  assert.deepEqual(
    cells[0].variants.map(({ group, label, order }) => [group, label, order]),
    [
      ['methods', 'MediCLIP', 0],
      ['components', 'complete', 1],
      ['transfer', 'moved', 2],
    ],
  );
  assert.deepEqual(
    cells.map(({ transfer }) => transfer.map(({ name }) => name)),
    [['b'], [], ['b']],
  );
});

test('the name of a cell depends only on its settings, not on labels, order or other cells', () => {
  const names = (variants: unknown[]): string[] =>
    expandGrid(grid({ variants, seeds: [1] }), [dataset('a')], [model('compact')])
      .cells.map(({ name }) => name)
      .sort();
  const one = { label: 'dice', group: 'components', settings: { loss: 'dice' } };
  assert.deepEqual(names([one, ...VARIANTS]), names([...VARIANTS, { ...one, label: 'other', group: 'more' }]));
  assert.notDeepEqual(names([one]), names([{ ...one, settings: { loss: 'focal' } }]));
  assert.match(names([one])[0], /^a\.compact\.mediclip-loss-dice\.k16\.s1\./);
});

test('losses of today and the older key `loss` come to the same cells, whose names are those of version 0.1.0', () => {
  const names = (settings: object, base = {}): string[] =>
    expandGrid(grid({ base, variants: [{ label: 'x', group: 'y', settings }], seeds: [1] }), [dataset('a')], [model('compact')]).cells.map(
      ({ name }) => name,
    );
  assert.deepEqual(names({ losses: { dice: 1 } }), names({ loss: 'dice' }));
  assert.deepEqual(
    names({ losses: { dice: 1 } }, { loss: 'focal' }),
    names({ loss: 'dice' }, { losses: { focal: 1 } }),
    'in place of the base',
  );
  assert.deepEqual(names({ losses: { focal: 1, dice: 1 } }), names({}));
  const config = JSON.parse(fs.readFileSync('test/fixtures/run-0.1.0/mediclip/config.json', 'utf8')) as { config: { seed: number } };
  const { shots, seed, ...base } = config.config as { shots: number; seed: number };
  const hash = sha256(JSON.stringify(['compact', 'a', config.config])).slice(0, 8); // as version 0.1.0 had it
  const cells = expandGrid(grid({ base, shots: [shots], seeds: [seed] }), [dataset('a')], [model('compact')]).cells;
  assert.ok(cells[0].name.endsWith(`.${hash}`), cells[0].name);
  assert.match(names({ losses: { focal: 1, dice: 0.5 } })[0], /^a\.compact\.mediclip-losses-focal-1-dice-0-5\./);
});

test('a method that sees no training image has one cell, whatever the shots and seeds', () => {
  const settings = { method: 'winclip', baseline: { winclip: { fewShot: false } } };
  const variants = [{ label: 'WinCLIP, zero-shot', group: 'methods', settings }, ...VARIANTS];
  const { cells } = expandGrid(grid({ variants, shots: [4, 8], seeds: [5, 6] }), [dataset('a'), dataset('b')], [model('compact')]);
  const blind = cells.filter(({ config }) => config.method === 'winclip');
  assert.deepEqual(
    blind.map(({ dataset: { name }, config: { shots, seed } }) => [name, shots, seed]),
    [
      ['a', 4, 5],
      ['b', 4, 5],
    ],
  );
  assert.equal(cells.length, 2 + 2 * 4 * VARIANTS.length);
});

test('cells with more shots than training images are left out and listed', () => {
  const { cells, leftOut } = expandGrid(grid({ shots: [16, 32], seeds: [1] }), [dataset('a', 16), dataset('b', 32)], [model('compact')]);
  assert.equal(cells.length, 3);
  assert.deepEqual(leftOut, [{ what: 'methods: MediCLIP, k = 32', why: 'a has 16 training images' }]);
});

test('methods that see no training image run even if there are fewer images than shots', () => {
  const variants = [{ label: 'zero-shot', group: 'methods', settings: { method: 'zero-shot-clip' } }, ...VARIANTS];
  const { cells, leftOut } = expandGrid(grid({ variants, shots: [32, 8], seeds: [1] }), [dataset('a', 16)], [model('compact')]);
  assert.deepEqual(
    cells.map(({ config: { method, shots } }) => [method, shots]),
    [
      ['zero-shot-clip', 32],
      ['mediclip', 8],
    ],
  );
  assert.equal(leftOut.length, 1);
});

test('errors in a grid are refused with one line that names the file and the key', () => {
  const refuses = (value: Record<string, unknown>, pattern: RegExp): void => {
    assert.throws(
      () => grid(value),
      (e: Error) =>
        e instanceof UserError &&
        e.exitCode === 2 &&
        e.message.startsWith('g.yaml: ') &&
        pattern.test(e.message) &&
        !e.message.includes('\n'),
      String(pattern),
    );
  };
  refuses({ seed: [1] }, /unknown key seed; known keys are datasets, models/);
  refuses({ datasets: [{ generate: 'phantom-knee' }] }, /datasets\.0.*phantom-brain/);
  refuses({ datasets: [{ dir: 'x', optinal: true }] }, /unknown key datasets\.0\.optinal; known keys are/);
  refuses({ datasets: [{ generate: 'phantom-brain', sead: 1 }] }, /unknown key datasets\.0\.sead/);
  refuses({ datasets: [] }, /datasets/);
  refuses({ seeds: [1, 2, 1] }, /seeds: the same value is there twice/);
  refuses({ seeds: [1.5] }, /seeds\.0/);
  refuses({ variants: [{ label: 'x\n\u001b[2J', group: 'y' }] }, /variants\.0\.label: a line of text without control characters/);
  refuses({ variants: [{ label: 'x', group: 'y', setings: {} }] }, /unknown key variants\.0\.setings/);
  refuses({ variants: [{ label: 'x', group: 'y', settings: { los: 'dice' } }] }, /variants\.0 \(x\): settings: unknown key los/);
  refuses({ variants: [{ label: 'x', group: 'y', settings: { shots: 4 } }] }, /shots is an axis.*under shots/);
  refuses({ base: { seed: 4 } }, /base: seed is an axis.*under seeds/);
  refuses({ base: { epochs: -1 } }, /base: epochs/);
  refuses({ base: { epochs: 0, protocol: 'paper' } }, /base: epochs 0 with protocol paper: there is no epoch to choose/);
  refuses({ variants: [...VARIANTS, ...VARIANTS] }, /two variants of the group methods are called "MediCLIP"/);
});

test('YAML and JSON give the same grid; a file that is neither is refused by name', () => {
  const dir = temporaryFolder();
  const write = (name: string, text: string): string => {
    fs.writeFileSync(path.join(dir, name), text);
    return path.join(dir, name);
  };
  const yaml = readGrid(write('g.yaml', 'datasets: [{ dir: here }]\nvariants:\n  - { label: a, group: b, settings: { loss: dice } }\n'));
  const json = readGrid(
    write('g.json', JSON.stringify({ datasets: [{ dir: 'here' }], variants: [{ label: 'a', group: 'b', settings: { loss: 'dice' } }] })),
  );
  assert.deepEqual({ ...yaml, file: '' }, { ...json, file: '' });
  assert.throws(() => readGrid(write('bad.yaml', 'datasets: [')), /bad\.yaml/);
});

test('settings in words: those that differ from the published ones, but not the size of the run', () => {
  assert.equal(variantInWords(variantOf(trainingConfig({ shots: 2, seed: 5, epochs: 3, imageSize: 32, protocol: 'paper' }))), 'mediclip');
  const changed = trainingConfig({ contextTokens: 4, tasks: { CutpasteTask: 0.75, IdentityTask: 0.25 } });
  assert.equal(variantInWords(variantOf(changed)), 'mediclip: contextTokens 4, tasks CutpasteTask 0.75 IdentityTask 0.25');
  const nested = trainingConfig({ method: 'winclip', baseline: { winclip: { fewShot: false } } });
  assert.equal(variantInWords(variantOf(nested)), 'winclip: baseline winclip fewShot false');
});

test('the estimate adds up steps, windows, and images that no earlier cell has encoded', () => {
  const variants = [...VARIANTS, { label: 'WinCLIP', group: 'methods', settings: { method: 'winclip' } }];
  const { cells } = expandGrid(grid({ variants, shots: [9], seeds: [1], base: { epochs: 3 } }), [dataset('a')], [model('compact')]);
  const measuring = 10 * MEASURING;
  const kept = new Set<string>();
  const seconds = cells.map((cell) => estimateSeconds(cell, { step: 10, image: 1 }, kept) - measuring);
  const near = (value: number, expected: number, why: string): void => assert.ok(Math.abs(value - expected) < 1e-9, why);
  near(seconds[0], 3 * 2 * 10 + 10, 'three epochs of two batches, ten test images');
  near(seconds[1], 9 * (9 + 10), 'nine windows of nine training and ten test images');
  near(estimateSeconds(cells[0], { step: 10, image: 1 }, kept) - measuring, 3 * 2 * 10, 'test images that are encoded already');
  near(estimateSeconds(cells[0], { step: 10, image: 1 }) - measuring, 3 * 2 * 10 + 10, 'the cell alone');
});
