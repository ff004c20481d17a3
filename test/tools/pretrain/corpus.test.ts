import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/common/node/backend';
import { Random } from '../../../src/common/random';
import { Tokenizer } from '../../../src/backbones/clip/tokenizer/tokenizer';
import { disposeBatch, makeBatch } from '../../../src/tools/pretrain/batches';
import { allPhrases, caption, FINDINGS, SUBJECTS, type Finding } from '../../../src/models/captions';
import { CORPUS_DEFAULTS, generateSample, type CorpusOptions } from '../../../src/tools/pretrain/corpus';
import { CorpusSource } from '../../../src/tools/pretrain/corpus-source';
import { addLesion, LEAST_CHANGE } from '../../../src/tools/pretrain/lesions';
import { generateMaterial } from '../../../src/tools/pretrain/materials';
import { UsedVocabulary } from '../../../src/models/vocabulary';
import { loadTokenizer } from '../../../src/backbones/node/load-tokenizer';

before(initBackend);

const SIZE = 56;
const materialsOnly: CorpusOptions = { seed: 3, ...CORPUS_DEFAULTS, anatomyShare: 0 };

test('a sample is the same whoever draws it', async () => {
  const source = new CorpusSource(materialsOnly, 2);
  const fromThreads = await source.draw(5, 4, SIZE);
  await source.close();
  assert.deepEqual(
    fromThreads,
    [5, 6, 7, 8].map((index) => generateSample(materialsOnly, index, SIZE)),
  );
  assert.notDeepEqual(fromThreads[0].image, fromThreads[1].image);
});

test('a mask is empty exactly if the image is normal, and covers all changes', () => {
  let abnormal = 0;
  const count = 60;
  for (let index = 0; index < count; index++) {
    const sample = generateSample(materialsOnly, index, SIZE);
    assert.equal(
      sample.mask.some((v) => v > 0),
      sample.abnormal,
    );
    sample.image.forEach((v, i) => {
      if (sample.mask[i] === 0)
        assert.ok(Math.abs(v - sample.clean[i]) <= 1, `sample ${index}, pixel ${i}: ${v}, clean ${sample.clean[i]}`);
    });
    if (sample.abnormal) abnormal++;
  }
  const expected = 1 - materialsOnly.normalShare;
  assert.ok(Math.abs(abnormal / count - expected) < 0.2, `${abnormal} of ${count} are abnormal`);
});

test('anatomies are the healthy phantoms', () => {
  const sample = generateSample({ ...materialsOnly, anatomyShare: 1, normalShare: 1, anatomies: 1 }, 0, SIZE);
  assert.ok(['brain', 'chest', 'breast'].some((subject) => SUBJECTS[subject as 'brain'].some((word) => sample.caption.includes(word))));
  assert.equal(sample.abnormal, false);
  assert.ok(new Set(sample.image).size > 20);
});

for (const kind of Object.keys(FINDINGS) as Finding[]) {
  test(`${kind}: lies within its mask and is clearly visible`, () => {
    let drawn = 0;
    for (let seed = 0; seed < 8; seed++) {
      const random = Random.of(seed, 'test', kind);
      const clean = generateMaterial('body', SIZE, random);
      const image = { size: SIZE, data: clean.data.slice() };
      const mask = { size: SIZE, data: new Float32Array(SIZE * SIZE) };
      if (!addLesion({ image, donor: () => generateMaterial('cells', SIZE, random) }, mask, kind, random)) continue;
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

test('weaker findings change less', () => {
  const change = (strength: number): number => {
    let [sum, area] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const clean = generateMaterial('body', SIZE, Random.of(seed, 'test', 'material'));
      const image = { size: SIZE, data: clean.data.slice() };
      const mask = { size: SIZE, data: new Float32Array(SIZE * SIZE) };
      addLesion({ image, donor: () => clean }, mask, 'bright', Random.of(seed, 'test', 'strength'), strength);
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

test('at the start of training findings are plainer, and spots no more frequent than other kinds', () => {
  const of = (difficulty: number): { change: number; spots: number } => {
    const samples = Array.from({ length: 150 }, (_, i) => generateSample({ ...materialsOnly, normalShare: 0 }, i, SIZE, difficulty));
    const found = samples.filter(({ abnormal }) => abnormal);
    const changes = found.map(({ image, clean, mask }) => {
      const inside = [...mask.keys()].filter((i) => mask[i] > 127);
      return inside.reduce((sum, i) => sum + Math.abs(image[i] - clean[i]), 0) / Math.max(1, inside.length);
    });
    const isSpots = (text: string): boolean => FINDINGS.spots.some((words) => text.includes(words));
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
    const findings = seed % 2 === 0 ? [] : [random.pick(Object.values(FINDINGS).flat()), random.pick(Object.values(FINDINGS).flat())];
    const subject = random.pick(Object.values(SUBJECTS).flat());
    const text = caption({ subject, findings }, random);
    const ids = loadTokenizer().tokenize(text);
    assert.ok(text.includes(subject));
    assert.ok(ids.indexOf(Tokenizer.end) < 28, text);
    assert.equal(vocabulary.rowsOf(ids).length, 77);
  }
  assert.throws(() => vocabulary.rowsOf(loadTokenizer().tokenize('zebra')), /not among the trained tokens/);
});

test('a finding that keeps within a tissue stays on one side of an edge', () => {
  const size = 112;
  const halves = { size, data: Float32Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 60 : 160)) };
  const sides = (within: boolean): number => {
    let mixed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const image = { size, data: halves.data.slice() };
      const mask = { size, data: new Float32Array(size * size) };
      const input = { image, donor: () => halves, within };
      if (!addLesion(input, mask, 'bright', Random.of(seed, 'test', 'within'))) continue;
      const area = [0, 0];
      mask.data.forEach((m, i) => (area[Number(i % size >= size / 2)] += m));
      if (Math.min(...area) > 0.2 * Math.max(...area)) mixed++;
    }
    return mixed;
  };
  const [free, bound] = [sides(false), sides(true)];
  assert.ok(free >= 12 && bound < free / 3, `${free} of the free ones lie on both sides, ${bound} of the bound ones`);
});

test('an opacity may take the grey of its neighbourhood: the border is lost, and only changed pixels are a finding', () => {
  const size = 112;
  const halves = { size, data: Float32Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 60 : 160)) };
  let lost = 0;
  for (let seed = 0; seed < 60; seed++) {
    const image = { size, data: halves.data.slice() };
    const mask = { size, data: new Float32Array(size * size) };
    if (!addLesion({ image, donor: () => halves }, mask, 'shade', Random.of(seed, 'test', 'levelled'))) continue;
    const bright = image.data.filter((_, i) => i % size > size / 2 + 4 && mask.data[i] > 0.1);
    const filled = image.data.filter((_, i) => i % size < size / 2 - 3 && i % size > size / 2 - 8 && mask.data[i] > 0.8);
    if (bright.length > 0 || filled.length < 12) continue;
    const level = filled.reduce((a, b) => a + b, 0) / filled.length;
    if (level > 115 && level < 175) lost++;
  }
  assert.ok(lost >= 4, `${lost} of 60`);
});

test('a small finding makes its patch anomalous; a patch without one is normal', () => {
  const mask = new Uint8Array(28 * 28);
  for (let i = 0; i < 17; i++) mask[(i % 7) * 28 + Math.floor(i / 7)] = 255; // of the first patch's 196 pixels
  for (let i = 0; i < 40; i++) mask[(14 + (i % 14)) * 28 + 14 + Math.floor(i / 14)] = 255; // of the last
  mask[20] = 100; // hardly seen
  const blank = new Uint8Array(28 * 28);
  const sample = { image: blank, clean: blank, mask, caption: 'normal', abnormal: true };
  const batch = makeBatch([sample], 28, 14, loadTokenizer());
  const targets = Array.from(batch.patchMask.dataSync());
  disposeBatch(batch);
  assert.ok(Math.abs(targets[0] - (6 * 17) / 196) < 1e-6, `${targets.join()}`);
  assert.deepEqual(targets.slice(1), [0, 0, 1]);
});

test('bright or dark findings are shifted, multiplied, or have the grey of another place of the picture', () => {
  const size = 112;
  const bands = { size, data: Float32Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 60 : 150)) };
  let [drawn, alike] = [0, 0];
  for (let seed = 0; seed < 150; seed++) {
    const image = { size, data: bands.data.slice() };
    const mask = { size, data: new Float32Array(size * size) };
    if (!addLesion({ image, donor: () => bands, within: true }, mask, 'bright', Random.of(seed, 'test', 'regrey'))) continue;
    const core = [...mask.data.keys()].filter((i) => mask.data[i] > 0.99 && i % size < size / 2);
    if (core.length < 10) continue;
    drawn++;
    if (Math.abs(core.reduce((sum, i) => sum + image.data[i], 0) / core.length - 150) < 4) alike++;
  }
  assert.ok(drawn > 30 && alike > 0.15 * drawn && alike < 0.6 * drawn, `${alike} of ${drawn} are as bright as the other band`);
});
