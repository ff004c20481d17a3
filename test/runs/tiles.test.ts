import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { initBackend } from '../../src/common/node/backend';
import { Random } from '../../src/common/random';
import { writeSamples, type SampleRow } from '../../src/datasets/layout';
import { writePng } from '../../src/image/node/encode';
import type { TrainingSettings } from '../../src/runs/config';
import { train } from '../../src/runs/train';
import { temporaryFolder } from '../helpers/tiny-clip';

before(initBackend);

const SIDE = 2048;
/** The finding: where it is, and its radius. At 224 pixels it is 2 pixels wide. */
const FINDING = { x: 1310, y: 840, radius: 9 };

/** A large round body of smooth tissue with a grain, the abnormal ones with a small bright spot. */
async function writeLarge(): Promise<string> {
  const dir = path.join(temporaryFolder(), 'large');
  const draw = async (filename: string, seed: number, abnormal: boolean): Promise<{ filename: string; mask?: string }> => {
    const random = Random.of(seed, 'large');
    const [phase, slope] = [random.uniform(0, 6), random.uniform(0.8, 1.2)];
    const grain = Uint8Array.from({ length: 65_537 }, () => random.integer(0, 24)); // its length divides no row
    const data = new Uint8Array(SIDE * SIDE);
    const mask = new Uint8Array(SIDE * SIDE);
    for (let y = 0, i = 0; y < SIDE; y++) {
      const wave = 20 * Math.sin((slope * y) / 150 + phase);
      for (let x = 0; x < SIDE; x++, i++) {
        const body = (x - SIDE / 2) ** 2 + (y - SIDE / 2) ** 2 < (0.46 * SIDE) ** 2;
        const found = abnormal && (x - FINDING.x) ** 2 + (y - FINDING.y) ** 2 < FINDING.radius ** 2;
        if (found) mask[i] = 255;
        data[i] = found ? 235 : body ? 100 + wave + grain[i % grain.length] : 0;
      }
    }
    const image = { width: SIDE, height: SIDE, channels: 1 as const };
    await writePng(path.join(dir, filename), { ...image, data });
    if (!abnormal) return { filename };
    const name = filename.replace('abnormal', 'ground_true');
    await writePng(path.join(dir, name), { ...image, data: mask });
    return { filename, mask: name };
  };
  const rows = { train: [] as SampleRow[], test: [] as SampleRow[] };
  const good = { label: 0 as const, labelName: 'good', clsname: 'large' };
  for (const i of [0, 1]) rows.train.push({ ...(await draw(`images/train/normal/${i}.png`, i, false)), ...good });
  rows.test.push({ ...(await draw('images/test/normal/2.png', 2, false)), ...good });
  rows.test.push({ ...(await draw('images/test/abnormal/3.png', 3, true)), label: 1, labelName: 'defective', clsname: 'large' });
  writeSamples(dir, rows.train, rows.test);
  return dir;
}

/** The score of the abnormal image as a multiple of that of the normal one, and the pixel AP. */
async function found(dataset: string, settings: TrainingSettings): Promise<{ ratio: number; pixelAp: number }> {
  const out = path.join(temporaryFolder(), 'run');
  const given = { method: 'patchcore' as const, shots: 2, seed: 1, ...settings };
  const { metrics } = await train({ dataset, model: 'compact-medical', out, settings: given, threads: 0 });
  const rows = fs.readFileSync(path.join(out, 'predictions.csv'), 'utf8').split('\n').slice(1, 3);
  const [normal, abnormal] = rows.map((row) => Number(row.split(',')[2]));
  return { ratio: abnormal / normal, pixelAp: Number(metrics?.pixelAp) };
}

test('tiles find what is too small in the whole image, at its place', async () => {
  const dataset = await writeLarge();
  const whole = await found(dataset, {});
  const tiled = await found(dataset, { tiles: { size: 512, overlap: 0 } });
  assert.ok(whole.ratio < 1.1, `whole: ${whole.ratio}`);
  assert.ok(tiled.ratio > 1.3, `tiles: ${tiled.ratio}`);
  assert.ok(tiled.pixelAp > 2 * whole.pixelAp, `${tiled.pixelAp} ${whole.pixelAp}`);
});
