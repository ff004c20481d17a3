import { UsageError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { isCopied } from '../image/node/formats';
import { withoutVoxelFiles } from '../image/node/nifti/pair';
import { formatOfFile } from '../image/node/sniff';
import { checkApplied, type VolumeOption } from '../image/node/volume-options';
import { PatientCodes } from './patient-codes';
import type { RawDataset, RawImage } from './raw';
import { tellPatientsApart, type Repeated, type Slice } from './slice';
import { groupSlices, type SliceOptions } from './slice-groups';

/** How volumes, stacks and series are cut; see {@link SliceOptions}. */
export type CutOptions = Pick<SliceOptions, 'window' | 'axis' | 'volume' | 'slices'>;

/**
 * Replaces the files of a data set that are not copied as they are, DICOM, NIfTI and TIFF stacks,
 * by the images and slices in them, with the ids of their patients. If all have the same id, as
 * after names were removed carelessly, it says nothing and is dropped.
 * @throws UsageError for options that do not fit the files, or where none is of these kinds
 */
export async function cutSlices(
  dataset: RawDataset,
  { window, axis, volume, slices: range }: CutOptions,
  run: LongRun = {},
): Promise<void> {
  const files = new Set(withoutVoxelFiles(dataset.images.map(({ file }) => file)));
  const images = dataset.images.filter(({ file }) => files.has(file));
  const formats = new Map(images.map(({ file }) => [file, formatOfFile(file)]));
  const isWhole = (file: string): boolean => isCopied(formats.get(file) ?? 'png'); // unknown files are refused when they are read
  const [whole, cut]: [RawImage[], RawImage[]] = [[], []];
  const applied = new Set<VolumeOption>();
  for (const label of [0, 1] as const) {
    const own = images.filter((image) => image.label === label);
    const candidates = own.filter(({ file }) => !isWhole(file) || formats.get(file) === 'tiff');
    const byFile = new Map(candidates.map((image) => [image.file, image]));
    const found = await groupSlices(
      candidates.map(({ file, source }) => ({ file, name: source })),
      { ...run, window, axis, volume, slices: range },
    );
    for (const option of found.applied) applied.add(option);
    for (const one of found.repeated) passOn(one, candidates, [...images, ...cut]);
    const axes = new Map(found.groups.map(({ name, facts }) => [name, facts.cut?.axis]));
    const pages = new Set(found.slices.filter(({ file, group }) => group === undefined && isWhole(file)).map(({ file }) => file));
    whole.push(...own.filter(({ file }) => !byFile.has(file) || pages.has(file)));
    // what could not be opened is read once more, with the others that cannot be read
    const lost = found.left.filter(({ file }) => !found.slices.some((slice) => byFile.get(slice.file)?.source === file));
    whole.push(
      ...candidates
        .filter(({ source }) => lost.some(({ file }) => file === source))
        .map((image) => ({ ...image, reading: { window, volume, axis } })),
    );
    for (const slice of found.slices.filter(({ file }) => !pages.has(file))) {
      const reading = { window, volume, axis: axes.get(slice.group ?? '') ?? axis };
      cut.push({ ...(byFile.get(slice.file) as RawImage), source: slice.name, slice, reading });
    }
    dataset.skipped.push(
      ...found.left.filter((left) => !lost.includes(left)),
      ...found.repeated.map(({ file, reason }) => ({ file, reason })),
    );
    dataset.notes.push(...found.notes);
    if (found.groups.length > 0) (dataset.groups ??= []).push(...found.groups);
  }
  if (whole.every(({ reading }) => reading === undefined)) {
    if (window !== undefined && cut.length === 0)
      throw new UsageError('--window: only for DICOM and NIfTI files, of which there are none here; leave it out');
    checkApplied({ axis, volume, slices: range }, applied);
  }
  dataset.images = [...whole, ...cut];
  namePatients(dataset, cut);
}

/** Gives an image the masks of its copy, which is left out, and joins their patients. */
function passOn({ file, of }: Repeated, among: readonly RawImage[], all: readonly RawImage[]): void {
  const [copy, kept] = [file, of].map((name) => among.find(({ source }) => source === name) as RawImage);
  kept.masks = [...new Set([...kept.masks, ...copy.masks])];
  if (copy.patient === undefined) return;
  kept.patient ??= copy.patient;
  for (const image of all) if (image.patient === copy.patient) image.patient = kept.patient;
}

/** Gives each slice its patient, and what is written instead of an id. */
function namePatients({ notes }: RawDataset, images: readonly RawImage[]): void {
  const useful = tellPatientsApart(images.flatMap(({ slice }) => slice ?? []));
  if (!useful && images.some(({ slice }) => slice?.patient !== undefined))
    notes.push('all DICOM files have the same patient id, which is not used: each volume or file counts as a patient of its own');
  const codes = new PatientCodes(images.filter(({ slice }) => slice?.patient !== undefined).map(({ file }) => file));
  for (const image of images) {
    const slice = image.slice as Slice;
    if (!useful) delete slice.patient;
    const patient = slice.patient === undefined ? (image.metadata?.patient ?? slice.group) : codes.of(slice.patient);
    const place = slice.group === undefined ? {} : { volume: slice.group, slice: slice.number };
    image.metadata = { ...image.metadata, ...(patient === undefined ? {} : { patient }), ...place };
  }
}
