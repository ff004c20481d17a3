import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { sha256 } from '../../src/common/node/files';
import { Random } from '../../src/common/random';
import { PHANTOM_NAMES, type PhantomName } from '../../src/phantoms/names';
import { renderPhantom, phantomKinds, type Phantom } from '../../src/phantoms/phantom';
import { trivialScores } from '../../src/datasets/trivial-scores';

const SIZE = 128;

function draw(name: PhantomName, seed: number, abnormal: boolean | string, difficulty = 0.5): Phantom {
  return renderPhantom(name, Random.of(seed, name), { abnormal, difficulty, size: SIZE, clean: true });
}

/** Mean absolute change of grey where `region` is set. */
function change({ image, clean }: Phantom, region: Uint8Array): number {
  let sum = 0;
  let count = 0;
  region.forEach((set, i) => {
    if (set === 0) return;
    sum += Math.abs(image.data[i] - clean!.data[i]);
    count++;
  });
  return count === 0 ? 0 : sum / count;
}

for (const name of PHANTOM_NAMES) {
  test(`${name}: the same seed gives the same pixels; another seed gives different ones`, () => {
    const [a, b, c] = [draw(name, 1, true), draw(name, 1, true), draw(name, 2, true)];
    const hash = (p: Phantom): string => sha256(Buffer.concat([p.image.data, p.mask.data, p.affected.data]));
    assert.equal(hash(a), hash(b));
    assert.notEqual(hash(a), hash(c));
    assert.deepEqual(a.metadata, b.metadata);
  });

  test(`${name}: each kind changes the picture on its mask, and only where affected says so`, () => {
    for (const kind of phantomKinds(name)) {
      for (const seed of [11, 12, 13]) {
        const p = draw(name, seed, kind);
        const where = `${kind}, seed ${seed}`;
        assert.equal(p.metadata.kind, kind);
        assert.ok(
          p.mask.data.every((v) => v === 0 || v === 255),
          where,
        );
        const outside = p.affected.data.map((v) => (v === 0 ? 1 : 0));
        assert.equal(change(p, outside), 0, where);
        assert.ok(
          p.mask.data.every((v, i) => v === 0 || p.affected.data[i] === 255),
          `${where}: mask within the affected region`,
        );
        const beside = p.mask.data.map((v, i) => (v === 0 && p.affected.data[i] !== 0 ? 1 : 0));
        const [on, off] = [change(p, p.mask.data), change(p, beside)];
        assert.ok(on > 2 && on > 1.2 * off, `${where}: ${on.toFixed(1)} on the mask, ${off.toFixed(1)} beside it`);
      }
    }
  });

  test(`${name}: the clean counterpart equals the picture without an anomaly`, () => {
    const [abnormal, normal] = [draw(name, 5, true), draw(name, 5, false)];
    assert.deepEqual(abnormal.clean!.data, normal.image.data);
    assert.equal(normal.metadata.kind, 'normal');
    assert.ok(normal.mask.data.every((v) => v === 0) && normal.affected.data.every((v) => v === 0));
  });

  test(`${name}: higher difficulty gives fainter and smaller anomalies`, () => {
    const totals = [0, 0.5, 1].map((difficulty) => {
      let contrast = 0;
      let area = 0;
      for (const kind of phantomKinds(name)) {
        for (const seed of [21, 22, 23, 24]) {
          const p = draw(name, seed, kind, difficulty);
          contrast += change(p, p.mask.data);
          area += p.mask.data.reduce((sum, v) => sum + (v !== 0 ? 1 : 0), 0);
        }
      }
      return { contrast, area };
    });
    assert.ok(totals[0].contrast > 1.15 * totals[1].contrast && totals[1].contrast > 1.15 * totals[2].contrast, JSON.stringify(totals));
    assert.ok(totals[0].area > 1.15 * totals[1].area && totals[1].area > 1.15 * totals[2].area, JSON.stringify(totals));
  });

  test(`${name}: grey levels and file size do not separate abnormal from normal pictures`, async () => {
    const { nearest, ...simple } = await trivialScores(name, { seed: 3, normal: 40, abnormal: 48, size: 64 });
    for (const [score, area] of Object.entries(simple)) assert.ok(area > 0.25 && area < 0.75, `${score}: AUROC ${area.toFixed(3)}`);
    assert.ok(nearest < 0.9, `nearest: AUROC ${nearest.toFixed(3)}`);
  });
}

test('invalid options are refused in one line', () => {
  const refuse = (options: Parameters<typeof renderPhantom>[2]): void =>
    assert.throws(
      () => renderPhantom('phantom-brain', Random.of(1), options),
      (e) => e instanceof UserError && !e.message.includes('\n'),
    );
  refuse({ abnormal: 'cyst' });
  refuse({ abnormal: true, difficulty: 1.5 });
  refuse({ abnormal: true, difficulty: Number.NaN });
  refuse({ abnormal: false, size: 12.5 });
});
