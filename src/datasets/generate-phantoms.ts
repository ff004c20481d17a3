import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../common/checked';
import { UserError } from '../common/errors';
import { checkWritable, makeFolder, readJson, writeJson } from '../common/node/files';
import { type LongRun, stopIfAsked } from '../common/progress';
import { checkFolderName, recoverFolder, stageFolder } from '../common/node/staged-folder';
import { Random } from '../common/random';
import { encodePng } from '../image/node/encode';
import type { GrayImage } from '../image/image';
import { writeSamples, type SampleRow } from './layout';
import { DIFFICULTIES, type PhantomName, type PhantomSize } from '../phantoms/names';
import { renderPhantom, phantomKinds } from '../phantoms/phantom';

/** Must change whenever the same settings give another set. */
export const PHANTOM_VERSION = 3;

/**
 * Numbers of training images and of normal and abnormal test images. `full` has the counts of the
 * published splits for testing. For training it has 128 images and `small` 64, so that each seed
 * draws a support set of its own and there is room for 32 shots.
 */
export const PHANTOM_COUNTS: Record<PhantomName, Record<PhantomSize, [train: number, normal: number, abnormal: number]>> = {
  'phantom-brain': { full: [128, 65, 155], small: [64, 40, 40] },
  'phantom-chest': { full: [128, 250, 250], small: [64, 40, 40] },
  'phantom-breast': { full: [128, 101, 647], small: [64, 40, 40] },
};

/** The settings that determine a generated data set. */
export interface PhantomSettings {
  seed: number;
  /** Default `full`. */
  size?: PhantomSize;
  /** From 0 (plain) to 1 (faint and small); default 0.5. */
  difficulty?: number;
  /** Side of the images in pixels, default 256. */
  resolution?: number;
}

/** Describes a generated data set; also stored in its folder as `generated.json`. */
export interface PhantomSummary extends Required<PhantomSettings> {
  name: PhantomName;
  version: number;
  train: number;
  testNormal: number;
  testAbnormal: number;
  /** Number of test images for each kind of anomaly. */
  kinds: Record<string, number>;
  /**
   * SHA-256 over the pixels of all images and masks in the order of the sample lists. The same
   * settings give the same pixels on any machine, but the bytes of the PNG files may differ between
   * versions of the compressor.
   */
  pixelSha256: string;
}

const RECORD = 'generated.json';
/** The keys of `generated.json` that are checked when a set already exists. */
const RECORD_SCHEMA = z.object({ name: z.string(), seed: z.number(), size: z.string(), difficulty: z.number() }).passthrough();

/**
 * Generates a procedural data set in a folder, in the published layout. The folder appears complete
 * or not at all. A folder that already holds the same set is left as it is.
 * @returns the summary, the folder, and whether it already existed
 * @throws UserError if `out` holds anything else or if stopped. With `force`, a generated set is
 *   replaced, but never anything else.
 */
export async function generatePhantoms(
  name: PhantomName,
  options: PhantomSettings & { out: string; force?: boolean } & LongRun,
): Promise<PhantomSummary & { dir: string; existing: boolean }> {
  const { seed, size = 'full', difficulty = DIFFICULTIES.medium, resolution = 256, out, force = false } = options;
  const settings = { name, version: PHANTOM_VERSION, seed, size, difficulty, resolution };
  checkFolderName('--out', out);
  const dir = path.resolve(out);
  recoverFolder(dir);
  const present = findExisting(dir, out, settings, force);
  if (present) return { ...present, dir, existing: true };
  checkWritable(path.dirname(dir));
  makeFolder(path.dirname(dir));
  const staged = stageFolder(dir);
  try {
    const summary = await generate(staged.temporary, settings, options);
    try {
      staged.publish();
    } catch (error) {
      if (!findExisting(dir, dir, settings, false)) throw error; // keep a set that another process made in the meantime
    }
    return { ...summary, dir, existing: false };
  } finally {
    staged.discard();
  }
}

type Identity = Required<PhantomSettings> & { name: PhantomName; version: number };

async function generate(dir: string, settings: Identity, run: LongRun): Promise<PhantomSummary> {
  const { name, seed, size, difficulty, resolution } = settings;
  const [trainCount, normalCount, abnormalCount] = PHANTOM_COUNTS[name][size];
  const total = trainCount + normalCount + abnormalCount;
  const kinds = phantomKinds(name);
  const pixels = crypto.createHash('sha256');
  const writing = new Set<Promise<void>>();
  for (const folder of ['train/normal', 'test/normal', 'test/abnormal', 'test/ground_true']) {
    makeFolder(path.join(dir, 'images', folder));
  }
  const save = async (file: string, image: GrayImage): Promise<void> => {
    pixels.update(image.data);
    const task = encodePng(image).then((png) => fs.promises.writeFile(path.join(dir, 'images', file), png));
    writing.add(task);
    const settled = (): unknown => writing.delete(task);
    task.then(settled, settled);
    if (writing.size >= 8) await Promise.race(writing);
  };
  const rows: Record<'train' | 'test', SampleRow[]> = { train: [], test: [] };
  const add = async (split: 'train' | 'test', side: 'normal' | 'abnormal', index: number): Promise<void> => {
    stopIfAsked(run);
    const abnormal = side === 'abnormal';
    const random = Random.of(seed, name, split, side, index);
    const phantom = renderPhantom(name, random, { abnormal: abnormal && kinds[index % kinds.length], difficulty, size: resolution });
    const filename = `${split}/${side}/${index}.png`;
    await save(filename, phantom.image);
    const row: SampleRow = {
      filename,
      label: abnormal ? 1 : 0,
      labelName: abnormal ? 'defective' : 'good',
      clsname: name,
      metadata: phantom.metadata,
    };
    if (abnormal) {
      row.mask = `test/ground_true/${index}.png`;
      await save(row.mask, phantom.mask);
    }
    rows[split].push(row);
    run.onProgress?.({ phase: `generating ${name}`, done: rows.train.length + rows.test.length, total });
  };
  try {
    for (let i = 0; i < trainCount; i++) await add('train', 'normal', i);
    for (let i = 0; i < normalCount; i++) await add('test', 'normal', i);
    for (let i = 0; i < abnormalCount; i++) await add('test', 'abnormal', i);
  } finally {
    const results = await Promise.allSettled(writing);
    const failed = results.find((r) => r.status === 'rejected') as PromiseRejectedResult | undefined;
    // eslint-disable-next-line no-unsafe-finally -- a failed write is the cause of any other failure
    if (failed) throw failed.reason;
  }
  writeSamples(dir, rows.train, rows.test);
  const counts = Object.fromEntries(kinds.map((kind) => [kind, rows.test.filter((row) => row.metadata?.kind === kind).length]));
  const summary: PhantomSummary = {
    ...settings,
    train: trainCount,
    testNormal: normalCount,
    testAbnormal: abnormalCount,
    kinds: counts,
    pixelSha256: pixels.digest('hex'),
  };
  writeJson(path.join(dir, RECORD), summary);
  return summary;
}

/**
 * The summary of the set in a folder if it is the requested one, or undefined if a set may be
 * written there.
 * @throws UserError if the folder holds anything else
 */
function findExisting(dir: string, out: string, settings: Identity, force: boolean): PhantomSummary | undefined {
  const stat = fs.statSync(dir, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (!stat.isDirectory()) throw new UserError(`${out}: is a file; name a folder that does not exist yet`);
  if (fs.readdirSync(dir).length === 0) return undefined;
  const record = path.join(dir, RECORD);
  if (!fs.existsSync(record)) throw new UserError(`${out}: is not empty and holds no generated data set; name another folder`);
  if (force) return undefined;
  const found = checked(RECORD_SCHEMA, readJson(record), record, 'replace the set with --force') as unknown as PhantomSummary;
  if ((Object.keys(settings) as (keyof Identity)[]).every((key) => found[key] === settings[key])) return found;
  throw new UserError(
    `${out}: holds ${found.name} of seed ${found.seed}, size ${found.size}, difficulty ${found.difficulty}; ` +
      'name another folder, or replace it with --force',
  );
}
