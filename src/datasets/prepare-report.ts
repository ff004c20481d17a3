import { groupByKey } from '../common/group';
import { joinByKeys } from './duplicates';
import type { ReadImage } from './prepare-read';
import type { Skipped, SplitCounts } from './raw';
import type { Separation } from './shortcuts';
import type { Side } from './split';

/** The kinds of downloaded data sets; `folder` stands for any images sorted into folders. */
export const PREPARE_KINDS = ['brainmri', 'busi', 'chexpert', 'folder'] as const;
/** One of {@link PREPARE_KINDS}. */
export type PrepareKind = (typeof PREPARE_KINDS)[number];

/** A group of images with the same bytes or the same pixels. */
export interface Duplicates {
  files: string[];
  side: Side;
  /** Whether some are normal and others abnormal; then they are kept out of the training set. */
  contradictory: boolean;
}

/** The report of a preparation; also written to `prepared.json` in the data set. */
export interface PrepareReport {
  kind: PrepareKind;
  clsname: string;
  /** The name of the folder that was read. */
  source: string;
  seed: number;
  found: { normal: number; abnormal: number };
  counts: SplitCounts & { masks: number; unusedNormal: number; unusedAbnormal: number };
  /**
   * `published`: the published counts were reached; `scaled`: there were fewer images, split in the
   * published proportions; `chosen`: the number of training images was given instead of the
   * published one; `own`: there is no published split.
   */
  split: 'published' | 'scaled' | 'chosen' | 'own';
  duplicates: Duplicates[];
  skipped: Skipped[];
  /**
   * Traits that separate normal from abnormal images regardless of what they show, and how well.
   */
  shortcuts: Separation[];
  /** Warnings about these shortcuts; empty if they separate the images too little. */
  warnings: string[];
  notes: string[];
  /** SHA-256 over all samples and their files. */
  hash: string;
}

/** The groups of two or more identical images. */
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
