import { UserError } from '../common/errors';
import { groupByKey } from '../common/group';
import { type LongRun, stopIfAsked } from '../common/progress';
import type { FrameReader } from '../image/node/frame-reader';
import type { ReadOptions } from '../image/node/image-file';
import { pixelHash } from './duplicates';
import type { Repeated, SliceFacts } from './slice';

/** A file of a series. */
interface Member {
  file: string;
  /** For people. */
  name: string;
  facts: SliceFacts;
}

/**
 * The members of a group without copies of a DICOM instance, of which the first one stays. A copy
 * also lies in the same place and shows the same, for some programs give all images one identifier.
 * @param found - where copies are listed, and a note is left where only the pixels differ
 */
export async function withoutCopies<M extends Member>(
  members: readonly M[],
  found: { repeated: Repeated[]; notes: string[] },
  reader: FrameReader,
  options: LongRun & ReadOptions,
): Promise<M[]> {
  const claims = groupByKey(members, ({ file, facts: { source } }) => (source?.instance ? `${source.instance} ${source.position}` : file));
  const copies = new Set<M>();
  for (const same of [...claims.values()].filter(({ length }) => length > 1)) {
    const first = new Map<string, M>();
    for (const one of same) {
      stopIfAsked(options);
      const pixels = await pixelsOf(one, reader, options);
      const twin = first.get(pixels);
      if (twin) {
        copies.add(one);
        found.repeated.push({ file: one.name, of: twin.name, reason: `the same DICOM instance as ${twin.name}` });
      } else first.set(pixels, one);
    }
    const [kept, other] = [...first.values()];
    if (other)
      found.notes.push(
        `${other.name}: states the DICOM instance and the place of ${kept.name}, but its pixels differ: both count as slices`,
      );
  }
  return members.filter((one) => !copies.has(one));
}

/** {@link pixelHash} of an image; of one that cannot be read, which is left out later, its name. */
async function pixelsOf({ file }: Member, reader: FrameReader, options: ReadOptions): Promise<string> {
  try {
    return pixelHash((await reader.read(file, 0, options)).raster);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return file;
  }
}
