import fs from 'node:fs';
import path from 'node:path';
import { Random } from '../../src/common/random';
import { writeSamples, type SampleRow } from '../../src/datasets/layout';
import { writePng } from '../../src/image/node/encode';
import { temporaryFolder } from './tiny-clip';

/** A data set of noise, `normal` train images and as many test images of each class, the abnormal ones with a bright square and its mask. */
export async function writeTinyDataset(options: { train?: number; test?: number; masks?: boolean; size?: number } = {}): Promise<string> {
  const { train = 4, test = 3, masks = true, size = 40 } = options;
  const dir = path.join(temporaryFolder(), 'tiny');
  const random = Random.of(3, 'tiny-dataset');
  const draw = async (name: string, abnormal: boolean): Promise<string> => {
    const data = Uint8Array.from({ length: size * size }, (_, i) => {
      const inside = abnormal && i % size > 10 && i % size < 22 && i > 12 * size && i < 25 * size;
      return (inside ? 200 : 60) + random.integer(0, 50);
    });
    await writePng(path.join(dir, name), { width: size, height: size, channels: 1, data });
    return name;
  };
  const mask = async (name: string): Promise<string> => {
    const data = Uint8Array.from({ length: size * size }, (_, i) =>
      i % size > 10 && i % size < 22 && i > 12 * size && i < 25 * size ? 255 : 0,
    );
    await writePng(path.join(dir, name), { width: size, height: size, channels: 1, data });
    return name;
  };
  const rows = { train: [] as SampleRow[], test: [] as SampleRow[] };
  const good = { label: 0 as const, labelName: 'good', clsname: 'tiny' };
  for (let i = 0; i < train; i++) rows.train.push({ filename: await draw(`images/train/normal/${i}.png`, false), ...good });
  for (let i = 0; i < test; i++) {
    rows.test.push({ filename: await draw(`images/test/normal/${i}.png`, false), ...good });
    const filename = await draw(`images/test/abnormal/${i}.png`, true);
    const drawn = masks ? { mask: await mask(`images/test/ground_true/${i}.png`) } : {};
    rows.test.push({ filename, label: 1, labelName: 'defective', clsname: 'tiny', ...drawn });
  }
  writeSamples(dir, rows.train, rows.test);
  return dir;
}

/** A tiny data set whose images are of two classes by turns. */
export async function twoClasses(): Promise<string> {
  const dir = await writeTinyDataset({ train: 4, test: 6 });
  for (const side of ['train', 'test']) {
    const file = path.join(dir, 'samples', `${side}.json`);
    const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
    const named = lines.map((line) => {
      const row = JSON.parse(line) as { filename: string };
      return JSON.stringify({ ...row, clsname: Number(path.parse(row.filename).name) % 2 === 0 ? 'even' : 'odd' });
    });
    fs.writeFileSync(file, named.join('\n'));
  }
  return dir;
}
