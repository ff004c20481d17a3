import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import { readJson } from '../../common/node/files';
import { openSafetensors } from '../../common/node/safetensors';
import { loadTestRgb, loadTrainGray } from '../../image/node/load';
import { loadMask } from '../../image/node/mask';
import { CLIP_STATS, pixelValues, type ChannelStats } from '../../image/pixel-values';
import { checkClose, failed, type Check } from './check';

const NAME = /^(test_rgb|train_gray|mask|test_pixel_values|train_pixel_values)\.(\d+)\.(\d+)$/;

/**
 * `preprocess/`: each file after loading and resizing, within one grey level, for all files and
 * sizes of the reference.
 */
export async function verifyPreprocess(dir: string): Promise<Check[]> {
  const folder = path.join(dir, 'preprocess');
  const expected = openSafetensors(path.join(folder, 'expected.safetensors'));
  const stats = statsOf(path.join(folder, 'meta.json'));
  const names = [...expected.entries.keys()].filter((name) => NAME.test(name));
  if (names.length === 0) throw new UserError(`${expected.file}: no array has a name like test_rgb.0.56`);
  const checks: Check[] = [];
  for (const name of names) {
    const [, kind, index, size] = NAME.exec(name) as RegExpExecArray;
    const { shape } = expected.entries.get(name) as { shape: number[] };
    const values = (kind === 'mask' || kind === 'train_gray' ? 1 : 3) * Number(size) ** 2;
    if (shape.reduce((a, b) => a * b, 1) !== values) {
      checks.push(failed(`preprocess/${name}`, `shape [${shape.join(', ')}]; expected ${values} values for a side of ${size} pixels`));
      continue;
    }
    const file = fileOf(folder, kind === 'mask' ? 'mask' : 'image', index);
    const ours = await compute(kind, file, Number(size), stats);
    const level = kind.endsWith('pixel_values') ? 1.01 / 255 / Math.min(...stats.std) : 1;
    const tolerance = kind === 'mask' ? 0 : Number(level.toPrecision(3));
    checks.push(checkClose(`preprocess/${name}`, ours, expected.read(name).data, tolerance));
  }
  return checks;
}

async function compute(kind: string, file: string, size: number, stats: ChannelStats): Promise<Uint8Array | Float32Array> {
  switch (kind) {
    case 'mask':
      return loadMask(file, size);
    case 'test_rgb':
      return (await loadTestRgb(file, size)).data;
    case 'train_gray':
      return (await loadTrainGray(file, size)).data;
    case 'test_pixel_values':
      return pixelValues([await loadTestRgb(file, size)], stats);
    default:
      return pixelValues([await loadTrainGray(file, size)], stats);
  }
}

function fileOf(folder: string, stem: string, index: string): string {
  const found = fs.readdirSync(folder).find((name) => path.parse(name).name === `${stem}_${index}`);
  if (found === undefined) throw new UserError(`${folder}: no file ${stem}_${index}.*, although expected.safetensors has its arrays`);
  return path.join(folder, found);
}

const metaSchema = z.object({ mean: triple(-1e6).optional(), std: triple(1e-6).optional() });

function triple(least: number): z.ZodTuple<[z.ZodNumber, z.ZodNumber, z.ZodNumber]> {
  const number = z.number().min(least).max(1e6);
  return z.tuple([number, number, number]);
}

function statsOf(file: string): ChannelStats {
  if (!fs.existsSync(file)) return CLIP_STATS;
  const { mean, std } = checked(metaSchema, readJson(file), file, 'expected three numbers, for red, green and blue');
  return { mean: mean ?? CLIP_STATS.mean, std: std ?? CLIP_STATS.std } as ChannelStats;
}
