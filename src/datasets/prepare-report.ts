import { groupByKey } from '../common/group';
import { joinByKeys } from './duplicates';
import type { ReadImage } from './prepare-read';
import type { Skipped, SplitCounts } from './raw';
import type { SliceGroup } from './slice';
import type { Reading } from './reading';
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

/** How a volume, stack or series was cut into slices. */
export interface VolumeReport {
  source: string;
  format: string;
  /** Slices in the volume, and how many of them are images of the data set. */
  slices: number;
  used: number;
  /** Slices left out: outside `--slices`, empty, abnormal but not marked by their masks. */
  outsideRange: number;
  empty: number;
  unmarked: number;
  /** Of a NIfTI file; null for others. */
  axis: string | null;
  /** Which of several volumes, from 0; null for files of one. */
  volume: number | null;
  /** The windows of its slices, in words; null for formats without. */
  windows: string[] | null;
  /** In mm, if known. */
  spacing: { row: number; column: number; slice?: number } | null;
}

/** What is reported of groups of slices. */
export function volumeReports(groups: readonly SliceGroup[], used: readonly ReadImage[]): VolumeReport[] {
  const images = groupByKey(used, ({ slice }) => slice?.group);
  return groups.map(({ name, count, outsideRange, emptyLeftOut, unmarked, facts: { format, cut, spacing } }) => {
    const own = images.get(name) ?? [];
    const windows = [...new Set(own.flatMap(({ window }) => window ?? []))];
    return {
      source: name,
      format,
      slices: count,
      used: own.length,
      outsideRange,
      empty: emptyLeftOut,
      unmarked,
      axis: cut?.axis ?? null,
      volume: cut && cut.volumes > 1 ? cut.volume : null,
      windows: windows.length > 0 ? windows : null,
      spacing: spacing ?? null,
    };
  });
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
  /** The volumes, stacks and series that were cut into slices; absent if there are none. */
  volumes?: VolumeReport[];
  /** How these were read; absent if there are none. */
  reading?: Reading;
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
