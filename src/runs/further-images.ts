import { UserError } from '../common/errors';
import { groupByKey } from '../common/group';
import { type LongRun, stopIfAsked } from '../common/progress';
import { pixelHash } from '../datasets/duplicates';
import { PatientCodes } from '../datasets/patient-codes';
import { tellPatientsApart, type Slice } from '../datasets/slice';
import { findSlices } from '../datasets/slices';
import { FrameReader } from '../image/node/frame-reader';
import type { ReadOptions } from '../image/node/image-file';
import { learntFrom, type LearntFrom, type TrainedRun } from './learnt-from';
import { inputsOf, type InputOptions } from './prediction/inputs';
import { readingOf } from './reading';

const PHASE = 'comparing with training images';

/** Images, and the {@link pixelHash} of each. */
interface Printed {
  slices: readonly Slice[];
  prints: readonly string[];
}

/**
 * The images and slices in files and folders from which a run has not learned, each once. Images are
 * compared by their pixels, read as the training images were, so that a file in another format and
 * the volume from which a training image was cut are found. All of a volume, series or patient that
 * holds a training image is left out, as far as the files or the data set say so; and all of a
 * volume with a slice of another one. Notes say how many images are left out.
 * @param asked - what of the options the user gave
 * @throws UserError if there is none, or one that was named cannot be read
 */
export async function furtherImages(run: TrainedRun, paths: readonly string[], options: InputOptions, asked = options): Promise<Slice[]> {
  const { slices } = await inputsOf(paths, options, asked);
  const prints = await printsOf(slices, options);
  const learnt = await learntFrom(run, options);
  const given = { slices, prints };
  const isRelated = relatedTo(learnt, learnt.all.size === 0 ? given : await cutAsTrained(run, paths, given, options), options);
  const images = slices.map((slice, i) => ({ slice, print: prints[i], trained: learnt.own.has(prints[i]) }));
  const left = { trained: 0, related: 0, copies: 0, besideCopies: 0 };
  const taken = new Set<string>();
  const used: Slice[] = [];
  for (const unit of groupByKey(images, ({ slice }) => unitOf(slice)).values()) {
    const trained = unit.filter((one) => one.trained).length;
    const copies = unit.filter(({ print }) => taken.has(print)).length;
    if (unit.some(({ slice, print }) => isRelated(slice) || learnt.all.has(print))) {
      left.trained += trained;
      left.related += unit.length - trained;
    } else if (copies > 0) {
      left.copies += copies;
      left.besideCopies += unit.length - copies;
    } else {
      for (const { slice, print } of unit) {
        taken.add(print);
        used.push(slice);
      }
    }
  }
  noteLeft(left, options);
  return used;
}

function noteLeft(
  { trained, related, copies, besideCopies }: { trained: number; related: number; copies: number; besideCopies: number },
  { onNote }: InputOptions,
): void {
  if (trained > 0) onNote?.(`${trained} of the images are training images of the run and are left out`);
  if (related > 0) onNote?.(`${related} of the images are of a volume, series or patient from which the run learned, and are left out`);
  if (copies > 0) onNote?.(`${copies} of the images are copies of others and are left out`);
  if (besideCopies > 0) onNote?.(`${besideCopies} of the images are of a volume with such copies, and are left out`);
}

/** What an image belongs to: its volume or series, else its file. */
function unitOf({ group, file }: Slice): string {
  return group ?? file;
}

async function printsOf(slices: readonly Slice[], options: LongRun & ReadOptions): Promise<string[]> {
  const { as, window, whereThereIsOne, volume, axis } = options;
  const reader = new FrameReader();
  const prints: string[] = [];
  for (const [done, { file, frame }] of slices.entries()) {
    stopIfAsked(options);
    options.onProgress?.({ phase: PHASE, done, total: slices.length });
    prints.push(pixelHash((await reader.read(file, frame, { as, window, whereThereIsOne, volume, axis })).raster));
  }
  return prints;
}

/** All images and slices of the files, read and cut as the training images were. */
async function cutAsTrained({ record }: TrainedRun, paths: readonly string[], given: Printed, options: InputOptions): Promise<Printed> {
  const trained = readingOf(record);
  const same = (['window', 'axis', 'volume'] as const).every((key) => options[key] === trained[key]);
  if (same && options.slices === undefined) return given;
  const { followLinks, onProgress, signal, onNote } = options;
  try {
    const { slices } = await findSlices(paths, { ...trained, followLinks, onProgress, signal });
    return { slices, prints: await printsOf(slices, { ...trained, onProgress, signal }) };
  } catch (error) {
    if (!(error instanceof UserError) || signal?.aborted) throw error;
    onNote?.(`training images among these may not be recognised, for they cannot be read as these were (${error.message})`);
    return given;
  }
}

/**
 * Whether an image lies in a file, volume or series that holds something from which the run learned,
 * or is of such a patient.
 */
function relatedTo(learnt: LearntFrom, { slices, prints }: Printed, { onNote }: InputOptions): (slice: Slice) => boolean {
  const known = slices.filter((_, i) => learnt.all.has(prints[i]));
  const units = new Set(known.map(unitOf));
  const files = new Set(slices.filter((slice) => units.has(unitOf(slice))).map(({ file }) => file));
  const patients = new Set(known.map(({ patient }) => patient));
  patients.delete(undefined);
  if (patients.size > 0 && !tellPatientsApart(slices.filter(({ patient }) => patient !== undefined))) {
    onNote?.(
      'all files have the same patient id, which is not used: other images of a patient from whom the run learned are not recognised',
    );
    patients.clear();
  }
  const codes = process.env.MEDICLIP_PATIENT_SALT === undefined ? undefined : new PatientCodes([]);
  return ({ file, patient }) =>
    files.has(file) ||
    (patient !== undefined && (patients.has(patient) || (codes !== undefined && learnt.patients.has(codes.of(patient)))));
}
