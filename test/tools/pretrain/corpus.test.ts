import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/common/node/backend';
import { Random } from '../../../src/common/random';
import { Tokenizer } from '../../../src/backbones/clip/tokenizer/tokenizer';
import { disposeBatch, makeBatch } from '../../../src/tools/pretrain/batches';
import { CORPUS_DEFAULTS, generateSample, type CorpusOptions } from '../../../src/tools/pretrain/corpus';
import { CorpusSource } from '../../../src/tools/pretrain/corpus-source';
import { drawGround } from '../../../src/tools/pretrain/grounds';
import { allPhrases, caption, GROUNDS, THINGS, type Ground, type Thing } from '../../../src/models/phrases';
import { addThing, LEAST_CHANGE } from '../../../src/tools/pretrain/things';
import { PUBLISHED_PROMPTS } from '../../../src/methods/mediclip/prompts';
import { UsedVocabulary } from '../../../src/models/vocabulary';
import { loadTokenizer } from '../../../src/backbones/node/load-tokenizer';

before(initBackend);

const SIZE = 56;
const options: CorpusOptions = { seed: 3, ...CORPUS_DEFAULTS };

test('a sample is the same whoever draws it', async () => {
  const source = new CorpusSource(options, 2);
  const fromThreads = await Promise.all([5, 6, 7, 8].map((index) => source.draw(index, SIZE)));
  await source.close();
  assert.deepEqual(
    fromThreads,
    [5, 6, 7, 8].map((index) => generateSample(options, index, SIZE)),
  );
  assert.notDeepEqual(fromThreads[0].image, fromThreads[1].image);
});

test('a mask is empty exactly if nothing was put in, and covers all changes', () => {
  let occupied = 0;
  const count = 60;
  for (let index = 0; index < count; index++) {
    const sample = generateSample(options, index, SIZE);
    assert.equal(
      sample.mask.some((v) => v > 0),
      sample.things.length > 0,
    );
    sample.image.forEach((v, i) => {
      if (sample.mask[i] === 0)
        assert.ok(Math.abs(v - sample.clean[i]) <= 1, `sample ${index}, pixel ${i}: ${v}, clean ${sample.clean[i]}`);
    });
    if (sample.things.length > 0) occupied++;
  }
  const expected = 1 - options.emptyShare;
  assert.ok(Math.abs(occupied / count - expected) < 0.2, `${occupied} of ${count} hold things`);
});

test('every ground is drawn, within the range of grey levels, and differs by seed', () => {
  for (const kind of Object.keys(GROUNDS) as Ground[]) {
    const [a, b] = [1, 2].map((seed) => drawGround(kind, SIZE, Random.of(seed, 'test', kind)));
    assert.equal(a.data.length, SIZE * SIZE);
    assert.ok(a.data.every(Number.isFinite), kind);
    assert.notDeepEqual(a.data, b.data);
    const levels = [...a.data].sort((x, y) => x - y);
    assert.ok(levels[levels.length - 1] - levels[0] > 8, `${kind}: grey levels ${levels[0]} to ${levels[levels.length - 1]}`);
  }
});

test('the corpus knows no medicine and no verdict', () => {
  const words = new Set(
    allPhrases()
      .join(' ')
      .toLowerCase()
      .split(/[^a-z]+/),
  );
  const prompts = Object.values(PUBLISHED_PROMPTS)
    .flat()
    .join(' ')
    .split(' ')
    .filter((word) => !['no', 'of', 'in'].includes(word));
  const medical = [
    'brain',
    'chest',
    'breast',
    'lung',
    'bone',
    'tissue',
    'organ',
    'tumour',
    'mass',
    'cyst',
    'scan',
    'mri',
    'ray',
    'ultrasound',
    'anomaly',
    'defect',
  ];
  for (const word of [...prompts, ...medical]) assert.ok(!words.has(word), word);
});

test('each thing has its phrase and its own mask, and together they are the whole mask', () => {
  for (let index = 0; index < 20; index++) {
    const { things, mask, caption: text, ground } = generateSample(options, index, SIZE);
    const united = new Uint8Array(SIZE * SIZE);
    for (const thing of things) thing.mask.forEach((v, i) => (united[i] = Math.max(united[i], v)));
    assert.ok(united.every((v, i) => Math.abs(v - mask[i]) <= 1));
    assert.ok(text.includes(ground));
  }
});

test('regions are the patches of each thing, and those of the ground around', () => {
  const left = Uint8Array.from({ length: 28 * 28 }, (_, i) => (i % 28 < 14 && i < 14 * 28 ? 255 : 0));
  const blank = new Uint8Array(28 * 28);
  const sample = {
    image: blank,
    clean: blank,
    mask: left,
    ground: 'gravel',
    things: [{ phrase: 'a ring', mask: left }],
    caption: 'gravel',
  };
  const batch = makeBatch([sample, { ...sample, mask: blank, things: [] }], 28, 14, loadTokenizer());
  assert.deepEqual(
    batch.regions.phrases.map(({ text, isThing }) => [text, isThing]),
    [
      ['a ring', true],
      ['gravel', false],
      ['gravel', false],
    ],
  );
  const expected = [1, 0, 0, 0, 0, 0, 0, 0, 0, 1 / 3, 1 / 3, 1 / 3, 0, 0, 0, 0, 0, 0, 0, 0, 1 / 4, 1 / 4, 1 / 4, 1 / 4];
  batch.regions.shares.dataSync().forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-6, `${i}: ${v}`));
  disposeBatch(batch);
});

for (const kind of Object.keys(THINGS) as Thing[]) {
  test(`${kind}: lies within its mask and is clearly visible`, () => {
    let drawn = 0;
    for (let seed = 0; seed < 8; seed++) {
      const random = Random.of(seed, 'test', kind);
      const clean = drawGround('fruit', SIZE, random);
      const image = { size: SIZE, data: clean.data.slice() };
      const mask = { size: SIZE, data: new Float32Array(SIZE * SIZE) };
      if (!addThing({ image, donor: () => drawGround('cells', SIZE, random) }, mask, kind, random)) continue;
      drawn++;
      let [change, area] = [0, 0];
      image.data.forEach((v, i) => {
        assert.ok(mask.data[i] > 0 || v === clean.data[i]);
        assert.ok(mask.data[i] >= 0 && mask.data[i] <= 1);
        change += Math.abs(v - clean.data[i]);
        area += mask.data[i];
      });
      assert.ok(change / area > 0.4 * LEAST_CHANGE, `changed by ${change / area} levels`);
    }
    assert.ok(drawn >= 4, `${drawn} of 8 were drawn`);
  });
}

test('weaker things change less', () => {
  const change = (strength: number): number => {
    let [sum, area] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const clean = drawGround('fruit', SIZE, Random.of(seed, 'test', 'material'));
      const image = { size: SIZE, data: clean.data.slice() };
      const mask = { size: SIZE, data: new Float32Array(SIZE * SIZE) };
      addThing({ image, donor: () => clean }, mask, 'bright', Random.of(seed, 'test', 'strength'), strength);
      mask.data.forEach((m, i) => {
        sum += m * Math.abs(image.data[i] - clean.data[i]);
        area += m;
      });
    }
    return sum / area;
  };
  const [plain, weak] = [change(1), change(0.4)];
  assert.ok(weak < 0.7 * plain && weak > 0.15 * plain, `${weak} of ${plain} levels`);
});

test('at the start of training things are plainer, and spots no more frequent than other kinds', () => {
  const of = (difficulty: number): { change: number; spots: number } => {
    const samples = Array.from({ length: 150 }, (_, i) => generateSample({ ...options, emptyShare: 0 }, i, SIZE, difficulty));
    const found = samples.filter(({ things }) => things.length > 0);
    const changes = found.map(({ image, clean, mask }) => {
      const inside = [...mask.keys()].filter((i) => mask[i] > 127);
      return inside.reduce((sum, i) => sum + Math.abs(image[i] - clean[i]), 0) / Math.max(1, inside.length);
    });
    const isSpots = (text: string): boolean => THINGS.spots.some((words) => text.includes(words));
    return {
      change: changes.sort((a, b) => a - b)[Math.floor(changes.length / 4)],
      spots: found.filter((sample) => isSpots(sample.caption)).length / found.length,
    };
  };
  const [easy, hard] = [of(0), of(1)];
  assert.ok(easy.change > 1.15 * hard.change, `lower quartile of the change: ${easy.change} and ${hard.change} levels`);
  assert.ok(easy.spots < 0.8 * hard.spots, `${easy.spots} and ${hard.spots} of the captions name spots`);
});

test('captions describe the image in words whose tokens are all trained', () => {
  const vocabulary = new UsedVocabulary(loadTokenizer(), allPhrases());
  for (let seed = 0; seed < 300; seed++) {
    const random = Random.of(seed, 'test');
    const things = seed % 2 === 0 ? [] : [random.pick(Object.values(THINGS).flat()), random.pick(Object.values(THINGS).flat())];
    const subject = random.pick(Object.values(GROUNDS).flat());
    const text = caption(subject, things, random);
    const ids = loadTokenizer().tokenize(text);
    assert.ok(text.includes(subject));
    assert.ok(ids.indexOf(Tokenizer.end) < 28, text);
    assert.equal(vocabulary.rowsOf(ids).length, 77);
  }
  assert.throws(() => vocabulary.rowsOf(loadTokenizer().tokenize('zebra')), /not among the trained tokens/);
});

test('a thing that keeps within a tissue stays on one side of an edge', () => {
  const size = 112;
  const halves = { size, data: Float32Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 60 : 160)) };
  const sides = (within: boolean): number => {
    let mixed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const image = { size, data: halves.data.slice() };
      const mask = { size, data: new Float32Array(size * size) };
      const input = { image, donor: () => halves, within };
      if (!addThing(input, mask, 'bright', Random.of(seed, 'test', 'within'))) continue;
      const area = [0, 0];
      mask.data.forEach((m, i) => (area[Number(i % size >= size / 2)] += m));
      if (Math.min(...area) > 0.2 * Math.max(...area)) mixed++;
    }
    return mixed;
  };
  const [free, bound] = [sides(false), sides(true)];
  assert.ok(free >= 12 && bound < free / 3, `${free} of the free ones lie on both sides, ${bound} of the bound ones`);
});

test('an opacity may take the grey of its neighbourhood: the border is lost, and only changed pixels belong to it', () => {
  const size = 112;
  const halves = { size, data: Float32Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 60 : 160)) };
  let lost = 0;
  for (let seed = 0; seed < 60; seed++) {
    const image = { size, data: halves.data.slice() };
    const mask = { size, data: new Float32Array(size * size) };
    if (!addThing({ image, donor: () => halves }, mask, 'shade', Random.of(seed, 'test', 'levelled'))) continue;
    const bright = image.data.filter((_, i) => i % size > size / 2 + 4 && mask.data[i] > 0.1);
    const filled = image.data.filter((_, i) => i % size < size / 2 - 3 && i % size > size / 2 - 8 && mask.data[i] > 0.8);
    if (bright.length > 0 || filled.length < 12) continue;
    const level = filled.reduce((a, b) => a + b, 0) / filled.length;
    if (level > 115 && level < 175) lost++;
  }
  assert.ok(lost >= 4, `${lost} of 60`);
});

test('a small thing fills its patch; a patch without one is empty', () => {
  const mask = new Uint8Array(28 * 28);
  for (let i = 0; i < 17; i++) mask[(i % 7) * 28 + Math.floor(i / 7)] = 255; // of the first patch's 196 pixels
  for (let i = 0; i < 40; i++) mask[(14 + (i % 14)) * 28 + 14 + Math.floor(i / 14)] = 255; // of the last
  mask[20] = 100; // hardly seen
  const blank = new Uint8Array(28 * 28);
  const sample = { image: blank, clean: blank, mask, ground: 'gravel', things: [], caption: 'gravel' };
  const batch = makeBatch([sample], 28, 14, loadTokenizer());
  const targets = Array.from(batch.patchMask.dataSync());
  disposeBatch(batch);
  assert.ok(Math.abs(targets[0] - (6 * 17) / 196) < 1e-6, `${targets.join()}`);
  assert.deepEqual(targets.slice(1), [0, 0, 1]);
});

test('bright or dark things are shifted, multiplied, or have the grey of another place of the picture', () => {
  const size = 112;
  const bands = { size, data: Float32Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 60 : 150)) };
  let [drawn, alike] = [0, 0];
  for (let seed = 0; seed < 150; seed++) {
    const image = { size, data: bands.data.slice() };
    const mask = { size, data: new Float32Array(size * size) };
    if (!addThing({ image, donor: () => bands, within: true }, mask, 'bright', Random.of(seed, 'test', 'regrey'))) continue;
    const core = [...mask.data.keys()].filter((i) => mask.data[i] > 0.99 && i % size < size / 2);
    if (core.length < 10) continue;
    drawn++;
    if (Math.abs(core.reduce((sum, i) => sum + image.data[i], 0) / core.length - 150) < 4) alike++;
  }
  assert.ok(drawn > 30 && alike > 0.15 * drawn && alike < 0.6 * drawn, `${alike} of ${drawn} are as bright as the other band`);
});
