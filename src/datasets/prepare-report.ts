import { groupByKey } from '../common/group';
import { joinByKeys } from './duplicates';
import type { ReadImage } from './prepare-read';
import type { Skipped, SplitCounts } from './raw';
import type { Separation } from './shortcuts';
import type { Side } from './split';

/** The downloaded data sets that are understood; `folder` is any images sorted into folders. */
export const PREPARE_KINDS = ['brainmri', 'busi', 'chexpert', 'folder'] as const;
/** One of {@link PREPARE_KINDS}. */
export type PrepareKind = (typeof PREPARE_KINDS)[number];

/** Images that are the same, by bytes or by pixels. */
export interface Duplicates {
  files: string[];
  side: Side;
  /** They are normal and abnormal at once; kept out of the training set. */
  contradictory: boolean;
}

/** What was done: also written to `prepared.json` beside the data. */
export interface PrepareReport {
  kind: PrepareKind;
  clsname: string;
  /** The name of the folder that was read. */
  source: string;
  seed: number;
  found: { normal: number; abnormal: number };
  counts: SplitCounts & { masks: number; unusedNormal: number; unusedAbnormal: number };
  /**
   * Whether the published counts were reached, the published shares were taken of fewer images, the number of training images was given
   * instead of the published one, or there is no published split.
   */
  split: 'published' | 'scaled' | 'chosen' | 'own';
  duplicates: Duplicates[];
  skipped: Skipped[];
  /** What tells normal from abnormal images without a look at what they show, and how well. */
  shortcuts: Separation[];
  /** What these mean, in words; nothing where they tell too little. */
  warnings: string[];
  notes: string[];
  /** SHA-256 over all samples and their files. */
  hash: string;
}

/** The groups of two or more images that are the same. */
export function duplicatesOf(images: readonly ReadImage[]): Duplicates[] {
  const joined = joinByKeys(images.map(({ sha256: bytes, pixels }) => [bytes, pixels]));
  const groups = groupByKey(images.keys(), (i) => joined[i]);
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.map((i) => images[i]))
    .map((group) => ({
      files: group.map((image) => image.source),
      side: group.find((image) => image.side !== 'unused')?.side ?? 'unused',
      contradictory: new Set(group.map((image) => image.label)).size > 1,
    }));
}
