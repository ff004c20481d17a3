import path from 'node:path';
import { UserError } from '../common/errors';
import { groupByKey } from '../common/group';
import { type LongRun, stopIfAsked } from '../common/progress';
import type { Raster } from '../image/image';
import { FrameReader } from '../image/node/frame-reader';
import type { ReadOptions } from '../image/node/image-file';
import type { VolumeOption } from '../image/node/volume-options';
import { withoutCopies } from './series-copies';
import type { Repeated, Skipped, Slice, SliceFacts, SliceGroup } from './slice';

/** What {@link findSlices} finds. */
export interface FoundSlices {
  /** In order; the slices of a group lie one after another. */
  slices: Slice[];
  groups: SliceGroup[];
  /** Files of folders that are no images, or cannot be read, and why. */
  left: Skipped[];
  /** The options that some file or group has a use for. */
  applied: Set<VolumeOption>;
  /** Files that are left out because others hold the same. */
  repeated: Repeated[];
  /** What is odd about the files that are taken. */
  notes: string[];
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
  facts: SliceFacts;
}

/**
 * Sorts files into single images and groups of slices: the frames of a file with several, such as
 * NIfTI and TIFF stacks, and DICOM files of one series and size, by their position along the
 * normal of the slices, or else by their number. So are frames of a DICOM file that all state their
 * planes. A group stands where its first file stands. Of copies of a DICOM instance in a series, the
 * first one counts.
 *
 * Of groups, slices outside the range that is asked for are left out, and so are empty ones, in
 * which all pixels are the same. A single image is never left out.
 * @param files - each once, without the voxels of NIfTI pairs
 * @throws UserError if a file that the user named cannot be read; others are listed in `left`
 */
export async function groupSlices(files: readonly SliceFile[], options: SliceOptions = {}): Promise<FoundSlices> {
  const reader = new FrameReader();
  const found: FoundSlices = { slices: [], groups: [], left: [], repeated: [], notes: [], applied: new Set() };
  const opened = await openAll(files, found, reader, options);
  const groups: Opened[][] = [];
  for (const members of groupByKey(opened, groupKey).values()) groups.push(await withoutCopies(members, found, reader, options));
  const series = (dir: string): Opened[][] => groups.filter(([first]) => isSeries(first) && path.dirname(first.name) === dir);
  for (const [done, members] of groups.entries()) {
    const [{ file, name, facts }] = members;
    options.onProgress?.({ phase: 'looking for empty slices', done, total: groups.length, note: name });
    if (members.length === 1 && facts.frames === 1) {
      found.slices.push({ ...sliceOf(members[0], 0), number: 0, name });
      continue;
    }
    found.applied.add('slices');
    const several = series(path.dirname(name));
    const number = several.length > 1 ? ` (series ${several.indexOf(members) + 1})` : '';
    const titleOf = (one: string): string => (facts.frames > 1 ? one : path.dirname(one) + number);
    const group: SliceGroup = {
      name: titleOf(name),
      path: titleOf(path.resolve(file)),
      count: 0,
      outsideRange: 0,
      emptyLeftOut: 0,
      unmarked: 0,
      facts,
    };
    await addSlices(group, inOrder(members), found, reader, options);
    found.groups.push(group);
  }
  return found;
}

async function openAll(files: readonly SliceFile[], found: FoundSlices, reader: FrameReader, options: SliceOptions): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const [done, one] of files.entries()) {
    stopIfAsked(options);
    options.onProgress?.({ phase: 'opening files', done, total: files.length, note: one.name });
    await orLeave(one, found, async () => {
      const { frame: _frame, values: _values, window: _window, ...facts } = await reader.open(one.file, options);
      opened.push({ ...one, facts });
      facts.choices?.forEach((option) => found.applied.add(option));
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
  const position = ({ facts }: Opened): number => facts.source?.position ?? Infinity;
  const sorted = [...members].sort((a, b) => (position(a) < position(b) ? -1 : position(a) > position(b) ? 1 : 0));
  return sorted.flatMap((one) => framesOf(one).map((frame): [Opened, number] => [one, frame]));
}

function framesOf({ facts: { frames, order } }: Opened): readonly number[] {
  return order ?? Array.from({ length: frames }, (_, frame) => frame);
}

function sliceOf({ file, facts }: Opened, frame: number): Pick<Slice, 'file' | 'frame' | 'frames' | 'patient'> {
  const patient = facts.source?.patient ?? facts.source?.study;
  return { file, frame, frames: facts.frames, ...(patient === undefined ? {} : { patient }) };
}
