import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { predictImages } from '../../src/runs/predict';
import { train } from '../../src/runs/train';
import { temporaryFolder, TINY, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const SETTINGS = { shots: 2, seed: 7, epochs: 3, batchSize: 2 };
type Options = Parameters<typeof train>[0];

const newRun = (): string => path.join(temporaryFolder(), 'run');
const json = (dir: string, name: string): Record<string, unknown> =>
  JSON.parse(fs.readFileSync(path.join(dir, name), 'utf8')) as Record<string, unknown>;

async function run(dataset: string, settings: Record<string, unknown> = {}, more: Partial<Options> = {}): Promise<string> {
  const out = newRun();
  await train({ dataset, model, out, settings: { ...SETTINGS, ...settings }, threads: 0, ...more });
  return out;
}

async function refuses(options: Omit<Options, 'out'>, pattern: RegExp): Promise<void> {
  const out = newRun();
  const attempt = train({ model, settings: SETTINGS, threads: 0, ...options, out });
  await assert.rejects(attempt, (e: Error) => e instanceof UserError && pattern.test(e.message) && !e.message.includes('\n'));
  assert.ok(!fs.existsSync(out), 'nothing is left');
}

/** Keeps the lines of `samples/test.json` that a pattern matches. */
function keepTests(dataset: string, pattern: RegExp): void {
  const file = path.join(dataset, 'samples', 'test.json');
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
  fs.writeFileSync(file, lines.filter((line) => pattern.test(line)).join('\n'));
}

for (const [what, pattern] of [
  ['of one class', /"label":0/],
  ['without images', /^$/],
] as const) {
  test(`protocol paper, a test set ${what}: the last epoch counts, and a line says so`, async () => {
    const dataset = await writeTinyDataset();
    keepTests(dataset, pattern);
    const notes: string[] = [];
    const out = await run(dataset, { protocol: 'paper' }, { onNote: (line) => notes.push(line) });
    assert.equal(notes.length, 1);
    assert.match(notes[0], /no AUROC by which to choose an epoch; the last one/);
    assert.deepEqual(fs.readFileSync(path.join(out, 'best.safetensors')), fs.readFileSync(path.join(out, 'checkpoint.safetensors')));
    if (what === 'of one class') assert.equal(json(out, 'metrics.json').epoch, 3);
  });
}

test('damaged training images, test images and masks are found before the run starts', async () => {
  const damage = async (name: string): Promise<string> => {
    const dataset = await writeTinyDataset();
    const file = path.join(dataset, name);
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(file, bytes.subarray(0, bytes.length / 2));
    return dataset;
  };
  for (const name of ['images/test/abnormal/2.png', 'images/test/ground_true/1.png']) {
    await refuses({ dataset: await damage(name) }, new RegExp(`${name}: the PNG image cannot be decoded`));
  }
  const all = { ...SETTINGS, shots: 4 };
  await refuses({ dataset: await damage('images/train/normal/3.png'), settings: all }, /normal\/3\.png: the PNG image cannot be decoded/);
  const two = await damage('images/test/normal/0.png');
  fs.writeFileSync(path.join(two, 'images/test/normal/1.png'), 'text');
  await refuses({ dataset: two }, /2 of 8 images cannot be used; the first: .*normal\/0\.png/);
});

test('a model given by a relative path is found from another folder, even if the path names another model there', async () => {
  const dataset = await writeTinyDataset();
  const before = process.cwd();
  try {
    process.chdir(path.dirname(model));
    const name = `./${path.basename(model)}`;
    const out = await run(dataset, {}, { model: name });
    const elsewhere = temporaryFolder();
    process.chdir(elsewhere);
    const { metrics } = await evaluateRun(out, dataset);
    assert.deepEqual(JSON.parse(JSON.stringify(metrics)), json(out, 'metrics.json'));
    writeTinyClip(path.join(elsewhere, name), { projection_dim: 6 });
    await train({ out, resume: true, threads: 0 });
    await predictImages(out, [path.join(dataset, 'images/test/normal/0.png')], path.join(elsewhere, 'out'));
    fs.appendFileSync(path.join(model, 'config.json'), ' ');
    await assert.rejects(evaluateRun(out, dataset), /was started with other weights of/);
    await assert.rejects(train({ out, resume: true, threads: 0 }), /was started with other weights of/);
  } finally {
    process.chdir(before);
    fs.writeFileSync(path.join(model, 'config.json'), JSON.stringify(TINY));
  }
});

test('images have the size of the model unless another is requested', async () => {
  const dataset = await writeTinyDataset();
  const size = (out: string): unknown => (json(out, 'config.json').config as { imageSize: number }).imageSize;
  const vision = { ...TINY.vision_config, image_size: 40 };
  const other = writeTinyClip(undefined, { vision_config: vision });
  assert.equal(size(await run(dataset)), 32);
  assert.equal(size(await run(dataset, {}, { model: other })), 40);
  const out = await run(dataset, { imageSize: 24 }, { model: other });
  assert.equal(size(out), 24);
  await train({ out, resume: true, threads: 0 });
  assert.equal(size(out), 24);
});

test('a training image under two names is sampled once, with a note, while there are others; a resumed run keeps its images', async () => {
  const dataset = await writeTinyDataset();
  const [first, second] = ['images/train/normal/0.png', 'images/train/normal/1.png'].map((name) => path.join(dataset, name));
  fs.copyFileSync(first, second);
  const notes: string[] = [];
  const out = await run(dataset, { shots: 3 }, { onNote: (line) => notes.push(line) });
  const support = json(out, 'support.json') as unknown as string[];
  assert.equal(new Set(support.map((name) => fs.readFileSync(path.join(dataset, 'images', name), 'base64'))).size, 3);
  for (const line of notes) assert.match(line, /normal\/[01]\.png is the same image as .*normal\/[01]\.png/);
  notes.length = 0;
  const all = await run(dataset, { shots: 4 }, { onNote: (line) => notes.push(line) });
  assert.deepEqual((json(all, 'support.json') as unknown as string[]).slice(0, 3), support);
  assert.match(notes.join('\n'), /^.*only 3 of its 4 training images differ, so 1 of 4 shots are copies$/);
  await refuses({ dataset, settings: { ...SETTINGS, shots: 5 } }, /5 shots asked for, but .* has 4 training images; use at most/);
  // whatever a later version would draw
  fs.writeFileSync(path.join(out, 'support.json'), JSON.stringify([...support].reverse()));
  await train({ out, resume: true, threads: 0 });
  assert.deepEqual(json(out, 'support.json'), [...support].reverse());
});

test('of two trainings in one folder at a time, the second is refused', async () => {
  const dataset = await writeTinyDataset();
  const out = newRun();
  const first = train({ dataset, model, out, settings: SETTINGS, threads: 0, onEpoch: () => second() });
  let refused = 0;
  const second = async (): Promise<void> => {
    await assert.rejects(train({ out, resume: true, threads: 0 }), /a training in .* is already running/);
    refused++;
  };
  await first;
  assert.equal(refused, 3);
  assert.ok(!fs.existsSync(path.join(out, 'run.lock')));
  // a lock of a process that has died
  fs.writeFileSync(path.join(out, 'run.lock'), '999999999');
  await train({ out, resume: true, threads: 0 });
});

test('predictions of images of one name have names of their own, always the same', async () => {
  const dataset = await writeTinyDataset();
  const out = await run(dataset);
  const dir = temporaryFolder();
  const place = (name: string): string => {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.copyFileSync(path.join(dataset, 'images/test/normal/0.png'), path.join(dir, name));
    return path.join(dir, name);
  };
  const names = async (...images: string[]): Promise<string[]> => {
    const found = await predictImages(out, images.map(place), path.join(dir, 'out'));
    return found.map(({ map }) => path.basename(map as string, '-map.png'));
  };
  assert.deepEqual(await names('a.png', 'a-2.png', 'b/a.png'), ['a', 'a-2', 'a-3']);
  assert.deepEqual(await names('a.png', 'b/a.png', 'a-2.png'), ['a', 'a-3', 'a-2']);
  assert.deepEqual(await names('a.png', 'b/A.png', 'c/a.png'), ['a', 'A-2', 'a-3']);
  const own = [place('out/x.png'), place('out/x-map.png')];
  await assert.rejects(predictImages(out, own, path.join(dir, 'out')), /x-map\.png: is one of the images and would be overwritten/);
});

test('a failed prediction leaves no new pictures, and keeps the old ones', async () => {
  const dataset = await writeTinyDataset();
  const out = await run(dataset);
  const target = temporaryFolder();
  fs.mkdirSync(path.join(target, '1-overlay.png'));
  fs.writeFileSync(path.join(target, '2-map.png'), 'of another time');
  const images = [0, 1, 2].map((i) => path.join(dataset, `images/test/normal/${i}.png`));
  await assert.rejects(predictImages(out, images, target), /1-overlay\.png: is not a plain file; choose another folder/);
  assert.deepEqual(fs.readdirSync(target).sort(), ['1-overlay.png', '2-map.png']);
  assert.equal(fs.readFileSync(path.join(target, '2-map.png'), 'utf8'), 'of another time');
  for (const begun of [false, true]) {
    const stop = new AbortController();
    const fresh = path.join(temporaryFolder(), 'fresh');
    const onProgress = ({ phase, done }: { phase: string; done: number }): void => {
      if (phase === 'scoring images' && done === 1) stop.abort();
    };
    if (!begun) stop.abort();
    await assert.rejects(predictImages(out, images, fresh, { onProgress, signal: stop.signal }), /stopped; nothing was written/);
    assert.ok(!fs.existsSync(fresh), 'a folder that was made for nothing goes too');
  }
});
