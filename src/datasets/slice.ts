import type { ImageFile } from '../image/node/image-file';

/** A file that was left out, and why. */
export interface Skipped {
  file: string;
  reason: string;
}

/** A file that holds what another one holds, which is used in its place. */
export interface Repeated extends Skipped {
  /** The other one. */
  of: string;
}

/** What is known of an opened file, without what holds memory. */
export type SliceFacts = Omit<ImageFile, 'frame' | 'values' | 'window'>;

/** An image to read: a file of one image, or a slice of a volume, stack or series. */
export interface Slice {
  file: string;
  /** The frame of the file, from 0, and how many the file has. */
  frame: number;
  frames: number;
  /**
   * The volume, stack or series of a slice, by a name that is the same for all its slices and for
   * no other. Absent for an image that belongs to none.
   */
  group?: string;
  /** Its place in the group, from 0, counted before any slice is left out. */
  number: number;
  /** For people: the file, or the group and the number: `scan.nii.gz#12`. */
  name: string;
  /** Raw ids, to be compared in memory only: whose image it is. */
  patient?: string;
}

/**
 * Whether the ids of patients tell them apart. One id for all scans, as after names were removed
 * carelessly, says nothing.
 */
export function tellPatientsApart(slices: readonly Pick<Slice, 'file' | 'group' | 'patient'>[]): boolean {
  const ids = new Set(slices.flatMap(({ patient }) => patient ?? []));
  return ids.size > 1 || new Set(slices.map(({ group, file }) => group ?? file)).size === 1;
}

/** A volume, stack or series of slices. */
export interface SliceGroup {
  name: string;
  /**
   * Like `name`, but as an absolute path, so that it ends in the name of a folder or file even if the
   * series lies in the working folder.
   */
  path: string;
  /** Slices in all. */
  count: number;
  /** Slices outside the range that was asked for. */
  outsideRange: number;
  /** Slices of which all pixels are the same. */
  emptyLeftOut: number;
  /** Slices of abnormal volumes that their masks leave unmarked; `prepare` leaves them out. */
  unmarked: number;
  /** Of its first file. */
  facts: SliceFacts;
}
