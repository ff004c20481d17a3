import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { Random } from '../common/random';
import { findBrainMri } from './prepare-brainmri';
import { findBusi } from './prepare-busi';
import { findFolder, type FolderNames } from './prepare-folder';
import type { CutOptions } from './prepare-slices';
import { readImages } from './prepare-read';
import { duplicatesOf, volumeReports, type PrepareKind, type PrepareReport } from './prepare-report';
import { claimFolder, writePrepared } from './prepare-write';
import type { Reading } from './reading';
import type { SliceGroup } from './slice';
import { RawFolder, type RawDataset, type RawImage, type SplitCounts } from './raw';
import type { ImageTraits } from './image-traits';
import { separations, shortcutLines } from './shortcuts';
import { assignSides, leastVolume } from './prepare-sides';
import { splitCounts, type Side } from './split';

/** Options of {@link prepareDataset}. */
export interface PrepareOptions {
  /** Seed of the split; default 1. */
  seed?: number;
  /**
   * Number of normal images for training. Default: that of the published split, or its proportion;
   * for `folder`, one third of the normal images.
   */
  train?: number;
  /** `folder` only: names of its folders, and of the class. */
  names?: FolderNames;
  /** Replace a data set that was prepared earlier at the same place. */
  force?: boolean;
  /** `folder` only: how DICOM, NIfTI and TIFF stacks are read and cut into slices. */
  cut?: CutOptions;
  /** Follow links that lead out of the downloaded folder; refused by default. */
  followLinks?: boolean;
}

/**
 * Converts a downloaded data set into the layout that `train` and `evaluate` read. Images are
 * copied byte for byte. The result appears at `out` complete, or not at all.
 * @throws UserError if the folder is not laid out as expected, holds no usable image, or `out`
 *   cannot be written
 */
export async function prepareDataset(
  kind: PrepareKind,
  from: string,
  out: string,
  options: PrepareOptions = {},
  run: LongRun = {},
): Promise<PrepareReport> {
  const { seed = 1 } = options;
  const folder = new RawFolder(from, options.followLinks);
  const claim = (): string => claimFolder(from, out, options.force === true);
  claim();
  const raw = await FINDERS[kind](folder, options.names ?? {}, options.cut ?? {}, run);
  const count = (images: readonly RawImage[], label: 0 | 1): number => images.filter((image) => image.label === label).length;
  const found = { normal: count(raw.images, 0), abnormal: count(raw.images, 1) };
  if (found.normal === 0) {
    const [first] = [...raw.skipped.map(({ file, reason }) => `${file}: ${reason}`), ...raw.notes];
    throw new UserError(`${from}: no normal images found, but training needs some${first === undefined ? '' : `; ${first}`}`);
  }

  const chosen = candidates(raw, options.train, Random.of(seed, 'prepare', 'candidates'));
  const notes = [...raw.notes];
  if (chosen.length < raw.images.length) notes.push(`of ${raw.images.length} images, ${chosen.length} sampled at random were read`);
  if (found.abnormal === 0) notes.push('no abnormal images: no metric can be computed on the test set');
  const { images, unmarked, skipped, notes: seen } = await readImages(chosen, folder, run);
  notes.push(...seen);
  const groups = raw.groups ?? [];
  const unlabelled = new Set(
    images.filter(({ label, masks }) => label === 1 && masks.length === 0).flatMap(({ slice }) => slice?.group ?? []),
  );
  if (unlabelled.size > 0)
    notes.push(
      `${unlabelled.size} abnormal volumes have no masks, so all their slices count as abnormal, although most may show nothing: give masks, or --slices`,
    );
  for (const group of groups) group.unmarked = unmarked.filter(({ slice }) => slice?.group === group.name).length;
  for (const [label, name] of [
    [0, 'normal'],
    [1, 'abnormal'],
  ] as const) {
    const [all, left] = [chosen, images].map((list) => list.filter((image) => image.label === label));
    if (all.length === 0 || left.length > 0) continue;
    const first = skipped.find(({ file }) => all.some(({ source }) => source === file));
    throw new UserError(`${from}: none of the ${all.length} ${name} images can be used; the first: ${first?.file}: ${first?.reason}`);
  }
  const counts = splitCounts(count(images, 0), count(images, 1), raw.published, options.train);
  if (counts.train < 1 || counts.testNormal < 0) {
    throw new UserError(
      `${from}: has ${count(images, 0)} normal images that can be read, but ${options.train} were asked for; give a smaller --train`,
    );
  }
  // without a published split, the test set gets all other images, including those of groups too
  // large to train on
  assignSides(images, raw.published ? counts : { ...counts, testNormal: Infinity }, seed, options.train ?? raw.published?.train);
  const on = (side: Side, label: 0 | 1): number =>
    count(
      images.filter((image) => image.side === side),
      label,
    );
  const reached = { train: on('train', 0), testNormal: on('test', 0), testAbnormal: on('test', 1) };
  const least = leastVolume(images);
  if (reached.train === 0 && options.train !== undefined && least > options.train) {
    throw new UserError(
      `${from}: --train ${options.train}: slices of one volume, series or patient stay on one side, and the fewest normal ones are ${least}: give --train ${least} or more`,
    );
  }
  if (reached.train === 0) {
    throw new UserError(
      `${from}: no image is left for training, because identical images and images of one patient stay on one side; too few of the ${count(images, 0)} normal images differ`,
    );
  }
  if (reached.testNormal === 0) notes.push('no normal images are left for the test set: no AUROC can be computed on it');
  notes.push(...trainingNotes(reached, counts.train, count(images, 0)));
  const used = images.filter((image) => image.side !== 'unused');
  const traitsOf = (label: 0 | 1): ImageTraits[] => used.filter((image) => image.label === label).map(({ traits }) => traits);
  const shortcuts = separations(traitsOf(0), traitsOf(1));
  const report: Omit<PrepareReport, 'hash'> = {
    kind,
    clsname: raw.clsname,
    source: path.basename(fs.realpathSync(from)),
    seed,
    found,
    counts: {
      ...reached,
      masks: images.filter((image) => image.side === 'test' && image.masks.length > 0).length,
      unusedNormal: found.normal - reached.train - reached.testNormal,
      unusedAbnormal: found.abnormal - unmarked.length - reached.testAbnormal,
    },
    split: splitName(reached, raw.published, options.train),
    duplicates: duplicatesOf(images),
    skipped: [...raw.skipped, ...skipped],
    shortcuts,
    warnings: shortcutLines(shortcuts),
    notes,
    ...(groups.length > 0 ? { volumes: volumeReports(groups, used) } : {}),
    ...(used.some(({ slice }) => slice) ? { reading: readingOf(options.cut ?? {}, groups) } : {}),
  };
  return writePrepared(claim, report, used, run);
}

/** How files were read: as it was asked for, and the axis that all volumes have in common. */
function readingOf({ window, axis: asked, volume }: CutOptions, groups: readonly SliceGroup[]): Reading {
  const axes = new Set(groups.map(({ facts: { cut } }) => cut?.axis));
  const axis = asked ?? (axes.size === 1 ? [...axes][0] : undefined);
  return {
    ...(window === undefined ? {} : { window }),
    ...(axis === undefined ? {} : { axis }),
    ...(volume === undefined ? {} : { volume }),
  };
}

/** The default number of shots of a training. */
export const USUAL_SHOTS = 16;

type Finder = (raw: RawFolder, names: FolderNames, cut: CutOptions, run: LongRun) => RawDataset | Promise<RawDataset>;

const FINDERS: Record<PrepareKind, Finder> = {
  brainmri: findBrainMri,
  busi: findBusi,
  chexpert: async (raw) => (await import('./prepare-chexpert')).findCheXpert(raw), // its reader of tables is loaded for it alone
  folder: findFolder,
};

function splitName(reached: SplitCounts, published?: SplitCounts, train?: number): PrepareReport['split'] {
  if (!published) return 'own';
  const keys = ['train', 'testNormal', 'testAbnormal'] as const;
  if (keys.every((key) => reached[key] === published[key])) return 'published';
  return train === undefined ? 'scaled' : 'chosen';
}

/** Notes on a training set that is smaller than requested, or than `train` needs by default. */
function trainingNotes(reached: SplitCounts, wanted: number, normal: number): string[] {
  const notes: string[] = [];
  if (reached.train < wanted)
    notes.push(`${reached.train} of ${wanted} training images: identical images and images of one patient stay on one side`);
  if (reached.train < USUAL_SHOTS) {
    const more = normal > reached.train ? `, or prepare again with --train N (${normal} normal images can be read)` : '';
    notes.push(
      `only ${reached.train} training images, fewer than the ${USUAL_SHOTS} shots that train uses by default: train with --shots ${reached.train}${more}`,
    );
  }
  return notes;
}

/**
 * All images, or a sufficiently large random sample if there are far more than in the published
 * split.
 */
function candidates({ images, published }: RawDataset, train: number | undefined, random: Random): RawImage[] {
  if (!published) return images;
  const withReserve = (n: number): number => Math.ceil(n * 1.2) + 50;
  const sample = (label: 0 | 1, n: number): RawImage[] => {
    const all = images.filter((image) => image.label === label);
    return all.length <= n ? all : random.shuffle(all).slice(0, n);
  };
  const sampled = new Set([
    ...sample(0, withReserve((train ?? published.train) + published.testNormal)),
    ...sample(1, withReserve(published.testAbnormal)),
  ]);
  return images.filter((image) => sampled.has(image));
}
