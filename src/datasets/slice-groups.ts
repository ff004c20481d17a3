import path from 'node:path';
import { UserError } from '../common/errors';
import { groupByKey } from '../common/group';
import { type LongRun, stopIfAsked } from '../common/progress';
import type { Raster } from '../image/image';
import { FrameReader } from '../image/node/frame-reader';
import type { ImageFile, ReadOptions } from '../image/node/image-file';
import { otherOfPair } from '../image/node/nifti/pair';
import type { Skipped } from './raw';

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

/** A volume, stack or series of slices. */
export interface SliceGroup {
  name: string;
  /** Slices in all. */
  count: number;
  /** Slices outside the range that was asked for. */
  outsideRange: number;
  /** Slices of which all pixels are the same. */
  emptyLeftOut: number;
  /** Of its first file. */
  facts: Omit<ImageFile, 'frame' | 'values' | 'window'>;
}

/** What {@link findSlices} finds. */
export interface FoundSlices {
  /** In order; the slices of a group lie one after another. */
  slices: Slice[];
  groups: SliceGroup[];
  /** Files of folders that are no images, or cannot be read, and why. */
  left: Skipped[];
}

/** How slices are found and cut. */
export interface SliceOptions extends LongRun, ReadOptions {
  /** First and last slice of each volume, stack or series, from 0; default: all. */
  slices?: readonly [first: number, last: number];
  /** Follow links that lead out of a folder; refused by default. */
  followLinks?: boolean;
}

/** A file among which slices are sought. */
export interface SliceFile {
  file: string;
  /** For people. */
  name: string;
  /** Whether the user named this very file, so that it may not be left out. */
  named?: boolean;
}

/** A file that was opened, without what holds memory. */
interface Opened extends SliceFile {
  facts: Omit<ImageFile, 'frame' | 'values' | 'window'>;
}

/**
 * Sorts files into single images and groups of slices: the frames of a file with several, such as
 * NIfTI and TIFF stacks, and DICOM files of one series and size, by their position along the
 * normal of the slices, or else by their number. A group stands where its first file stands.
 *
 * Of groups, slices outside the range that is asked for are left out, and so are empty ones, in
 * which all pixels are the same. A single image is never left out.
 * @throws UserError if a file that the user named cannot be read; others are listed in `left`
 */
export async function groupSlices(files: readonly SliceFile[], options: SliceOptions = {}): Promise<FoundSlices> {
  const reader = new FrameReader();
  const found: FoundSlices = { slices: [], groups: [], left: [] };
  const opened = await openAll(files, found, reader, options);
  const groups = [...groupByKey(opened, groupKey).values()];
  const series = (dir: string): Opened[][] => groups.filter(([first]) => isSeries(first) && path.dirname(first.name) === dir);
  for (const [done, members] of groups.entries()) {
    const [{ name, facts }] = members;
    options.onProgress?.({ phase: 'looking for empty slices', done, total: groups.length, note: name });
    if (members.length === 1 && facts.frames === 1) {
      found.slices.push({ ...sliceOf(members[0], 0), number: 0, name });
      continue;
    }
    const dir = path.dirname(name);
    const several = series(dir);
    const title = facts.frames > 1 ? name : several.length > 1 ? `${dir} (series ${several.indexOf(members) + 1})` : dir;
    const group: SliceGroup = { name: title, count: 0, outsideRange: 0, emptyLeftOut: 0, facts };
    await addSlices(group, inOrder(members), found, reader, options);
    found.groups.push(group);
  }
  return found;
}

async function openAll(files: readonly SliceFile[], found: FoundSlices, reader: FrameReader, options: SliceOptions): Promise<Opened[]> {
  const names = groupByKey(files, ({ file }) => path.dirname(file));
  const opened: Opened[] = [];
  for (const [done, one] of files.entries()) {
    stopIfAsked(options);
    options.onProgress?.({ phase: 'opening files', done, total: files.length, note: one.name });
    const beside = (names.get(path.dirname(one.file)) ?? []).map(({ file }) => path.basename(file));
    if (/\.img(\.gz)?$/i.test(one.file) && otherOfPair(one.file, beside) !== undefined) continue; // read with its .hdr
    await orLeave(one, found, async () => {
      const { frame: _frame, values: _values, window: _window, ...facts } = await reader.open(one.file, options);
      opened.push({ ...one, facts });
    });
  }
  return opened;
}

async function addSlices(
  group: SliceGroup,
  slices: readonly (readonly [file: Opened, frame: number])[],
  found: FoundSlices,
  reader: FrameReader,
  options: SliceOptions,
): Promise<void> {
  const [first, last] = options.slices ?? [0, Infinity];
  group.count = slices.length;
  for (const [number, [one, frame]] of slices.entries()) {
    stopIfAsked(options);
    if (number < first || number > last) {
      group.outsideRange++;
      continue;
    }
    await orLeave(one, found, async () => {
      if (isEmpty((await reader.read(one.file, frame, options)).raster)) group.emptyLeftOut++;
      else found.slices.push({ ...sliceOf(one, frame), group: group.name, number, name: `${group.name}#${number}` });
    });
  }
}

/** Runs `work`; if it fails because of a file that the user did not name, the file is left out. */
async function orLeave({ file, name, named }: SliceFile, { left }: FoundSlices, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === 2 || named) throw error;
    const start = `${file}: `;
    left.push({ file: name, reason: error.message.startsWith(start) ? error.message.slice(start.length) : error.message });
  }
}

/** Whether all pixels of an image are the same, as beyond the ends of a scan. */
export function isEmpty({ data, channels }: Raster): boolean {
  for (let i = channels; i < data.length; i++) if (data[i] !== data[i - channels]) return false;
  return true;
}

function isSeries({ facts }: Opened): boolean {
  return facts.frames === 1 && facts.source?.series !== undefined;
}

function groupKey(one: Opened): string {
  const { source, width, height } = one.facts;
  return isSeries(one) ? `series ${source?.series} ${width} x ${height}` : `file ${one.file}`;
}

/** The slices of a group, each with its frame. Those at one position keep their order. */
function inOrder(members: readonly Opened[]): [Opened, number][] {
  if (members.length === 1) return Array.from({ length: members[0].facts.frames }, (_, frame) => [members[0], frame]);
  const position = ({ facts }: Opened): number => facts.source?.position ?? Infinity;
  return [...members].sort((a, b) => (position(a) < position(b) ? -1 : position(a) > position(b) ? 1 : 0)).map((one) => [one, 0]);
}

function sliceOf({ file, facts }: Opened, frame: number): Pick<Slice, 'file' | 'frame' | 'frames' | 'patient'> {
  const patient = facts.source?.patient ?? facts.source?.study;
  return { file, frame, frames: facts.frames, ...(patient === undefined ? {} : { patient }) };
}
