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
  const [a, b, c, d, e, f] = data.decimals(Tag.ImageOrientationPatient);
  if (position.length < 3 || f === undefined) return data.decimal(Tag.InstanceNumber);
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  return position[0] * normal[0] + position[1] * normal[1] + position[2] * normal[2];
}
