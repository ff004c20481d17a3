import path from 'node:path';
import { writeSamples, type SampleRow } from '../../datasets/layout';
import { writePng } from '../../image/node/encode';
import type { GrayImage } from '../../image/image';
import { roundImages } from './paper-model';

/**
 * A data set of {@link roundImages} in the published layout; the abnormal test images have a bright
 * square. No masks.
 */
export async function writeRoundDataset(dir: string, counts: { train: number; test: number; size: number }): Promise<string> {
  const { train, test, size } = counts;
  const images = roundImages(train + test, size);
  const rows = { train: [] as SampleRow[], test: [] as SampleRow[] };
  for (const [i, image] of images.entries()) {
    const abnormal = i >= train && (i - train) % 2 === 1;
    const name = i < train ? `images/train/normal/${i}.png` : `images/test/${abnormal ? 'abnormal' : 'normal'}/${i - train}.png`;
    if (abnormal) brighten(image);
    await writePng(path.join(dir, name), image);
    const label = abnormal ? (1 as const) : (0 as const);
    rows[i < train ? 'train' : 'test'].push({ filename: name, label, labelName: abnormal ? 'defective' : 'good', clsname: 'round' });
  }
  writeSamples(dir, rows.train, rows.test);
  return dir;
}

function brighten({ width, data }: GrayImage): void {
  const side = Math.floor(width / 8);
  for (let y = width >> 1; y < (width >> 1) + side; y++) data.fill(250, y * width + (width >> 1), y * width + (width >> 1) + side);
}
