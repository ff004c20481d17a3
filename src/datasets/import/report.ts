import { groupByKey } from '../../common/group';
import { joinByKeys } from '../duplicates';
import type { ReadImage } from '../prepare-read';
import type { Skipped } from '../raw';
import type { Reading } from '../reading';
import type { Separation } from '../shortcuts';
import type { ImportLayout } from './layouts';

/** Number of images. */
export interface ImportCounts {
  /** Normal training images. */
  train: number;
  /** Abnormal training images, which only the setting `abnormalShots` uses. */
  trainAbnormal: number;
  testNormal: number;
  testAbnormal: number;
  /** Abnormal test images with a mask. */
  masks: number;
}

/** Images that are the same, by bytes or by pixels, under different names. */
export interface Twins {
  files: string[];
  /** Whether some are for training and others for the test. */
  leak: boolean;
  /** Whether some are normal and others abnormal. */
  contradictory: boolean;
}

/** What happens to the images of a validation folder: left out, or added to one of the two sides. */
export const VALID_AS = ['ignore', 'test', 'train'] as const;
export type ValidAs = (typeof VALID_AS)[number];

/** The report of an import; also written to `prepared.json` in the data set. */
export interface ImportReport {
  layout: ImportLayout;
  /** The class, or the name of the folder that was read if there are several. */
  clsname: string;
  /** The name of the folder that was read. */
  source: string;
  /** Whether images are copies or hard links. */
  files: 'copied' | 'hard links';
  counts: ImportCounts;
  /** The counts of each class, in the order of the classes. */
  classes: ({ clsname: string } & ImportCounts)[];
  /** The images of validation folders or lists, and what became of them. */
  validation: { normal: number; abnormal: number; as: ValidAs };
  /**
   * `given`: every image of the given train and test sets is here; `changed`: some were left out, or
   * validation images were added.
   */
  split: 'given' | 'changed';
  twins: Twins[];
  skipped: Skipped[];
  /** Traits that separate normal from abnormal images regardless of what they show. */
  shortcuts: Separation[];
  warnings: string[];
  notes: string[];
  /** How scanner files were read when the given data set was prepared; absent if that is not known. */
  reading?: Reading;
  /** SHA-256 over all samples and their files. */
  hash: string;
}

/** Counts images that are on a side. */
export function countsOf(images: readonly ReadImage[]): ImportCounts {
  const count = (wanted: (image: ReadImage) => boolean): number => images.filter(wanted).length;
  return {
    train: count(({ side, label }) => side === 'train' && label === 0),
    trainAbnormal: count(({ side, label }) => side === 'train' && label === 1),
    testNormal: count(({ side, label }) => side === 'test' && label === 0),
    testAbnormal: count(({ side, label }) => side === 'test' && label === 1),
    masks: count(({ side, masks }) => side === 'test' && masks.length > 0),
  };
}

/** The groups of two or more identical images. */
export function twinsOf(images: readonly ReadImage[]): Twins[] {
  const joined = joinByKeys(images.map(({ sha256: bytes, pixels }) => [bytes, pixels]));
  return [...groupByKey(images.keys(), (i) => joined[i]).values()]
    .filter((group) => group.length > 1)
    .map((group) => group.map((i) => images[i]))
    .map((group) => ({
      files: group.map(({ source }) => source),
      leak: new Set(group.map(({ side }) => side)).size > 1,
      contradictory: new Set(group.map(({ label }) => label)).size > 1,
    }));
}
