import type { FrameFacts } from '../stored-frames';
import type { DataSet } from './data-set';
import type { FrameValues } from './frame-values';
import { Tag } from './tags';

/** The distances between pixels and slices, of the first frame; undefined if not stated. */
export function spacingOf(data: DataSet, values: FrameValues): FrameFacts['spacing'] {
  const measures = values.holder(0, Tag.PixelMeasuresSequence, Tag.PixelSpacing);
  const [row, column] = measures?.decimals(Tag.PixelSpacing) ?? data.decimals(Tag.ImagerPixelSpacing);
  if (!(row > 0 && column > 0)) return undefined;
  const slice = values.holder(0, Tag.PixelMeasuresSequence, Tag.SpacingBetweenSlices)?.decimal(Tag.SpacingBetweenSlices);
  return { row, column, ...(slice !== undefined && slice > 0 ? { slice } : {}) };
}

/** Whose image it is, and where it lies in its series. */
export function sourceOf(data: DataSet): FrameFacts['source'] {
  const patient = [Tag.PatientID, Tag.IssuerOfPatientID].map((tag) => data.text(tag) ?? '');
  return {
    patient: patient[0] === '' ? undefined : patient.join('\0'),
    study: data.text(Tag.StudyInstanceUID),
    series: data.text(Tag.SeriesInstanceUID),
    instance: data.text(Tag.SOPInstanceUID),
    position: positionOf(data),
  };
}

/** The distance along the normal of the slices, in mm; else the number of the instance. */
function positionOf(data: DataSet): number | undefined {
  const position = data.decimals(Tag.ImagePositionPatient);
  const orientation = data.decimals(Tag.ImageOrientationPatient);
  if (position.length < 3 || orientation.length < 6) return data.decimal(Tag.InstanceNumber);
  return dot(position, normalOf(orientation));
}

/** The cosine of the largest angle between planes that count as parallel, 2.5 degrees. */
const PARALLEL = 0.999;

/**
 * The frames in the order of their planes along the normal, in which {@link sourceOf} places the
 * files of a series; frames of one plane keep their order. Undefined unless every frame states its
 * own position in its functional groups, and all planes are parallel.
 */
export function orderOf(frames: number, perFrame: readonly DataSet[], values: FrameValues): number[] | undefined {
  if (frames === 1 || perFrame.length !== frames) return undefined;
  const positions = perFrame.map((group) => group.item(Tag.PlanePositionSequence)?.decimals(Tag.ImagePositionPatient) ?? []);
  if (positions.some((position) => position.length !== 3)) return undefined;
  const normals = perFrame.map((_, i) => {
    const found = values.holder(i, Tag.PlaneOrientationSequence, Tag.ImageOrientationPatient);
    return normalOf(found?.decimals(Tag.ImageOrientationPatient) ?? []);
  });
  const [normal] = normals;
  const parallel = (other: number[]): boolean => Math.abs(dot(other, normal)) > PARALLEL * Math.hypot(...other) * Math.hypot(...normal);
  if (!normals.every(parallel)) return undefined;
  const places = positions.map((position) => dot(position, normal));
  return [...places.keys()].sort((i, j) => places[i] - places[j]);
}

/** The normal of a plane from the directions of its rows and columns; NaN if these are not stated. */
function normalOf([a, b, c, d, e, f]: readonly number[]): number[] {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
