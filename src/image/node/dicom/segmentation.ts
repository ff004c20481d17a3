import crypto from 'node:crypto';
import { readImageBytes } from '../read-bytes';
import type { DataSet } from './data-set';
import { FrameValues } from './frame-values';
import { parseDicom } from './parse';
import { Tag } from './tags';

/** A frame that a segmentation marks, and where it comes from. */
export interface MarkedFrame {
  /** The DICOM file of the image. */
  file: string;
  /** Its frame, from 0, and how many the file has. */
  frame: number;
  frames: number;
  /** `[H, W]`, 0 or 1. */
  mask: Uint8Array;
}

/** What the segment is, in words for people. */
export interface SegmentWords {
  label: string;
  description: string;
  algorithm: string;
  version: string;
}

const SEGMENTATION = '1.2.840.10008.5.1.4.1.1.66.4';
const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';

const code = (CodeValue: string, CodingSchemeDesignator: string, CodeMeaning: string): Record<string, string>[] => [
  { CodeValue, CodingSchemeDesignator, CodeMeaning },
];

/** A new identifier: a random UUID as a number (DICOM PS3.5 B.2). */
function newUid(): string {
  return `2.25.${BigInt(`0x${crypto.randomUUID().replaceAll('-', '')}`)}`;
}

/**
 * A DICOM Segmentation (PS3.3 A.51) with one binary segment, which points back to its source
 * instances: same study and frame of reference, each frame with the instance and frame from which
 * it was derived, and its plane. Name, id, birth date and sex of the patient stay empty, as do dates
 * of the study: a program that stores it finds the patient by the study.
 *
 * Frames without a marked pixel are left out.
 * @param frames - of one series and one size, in the order of the slices
 * @returns null if no pixel is marked: a segmentation needs a frame
 * @throws UserError if a file cannot be read
 */
export async function segmentation(frames: readonly MarkedFrame[], words: SegmentWords): Promise<Buffer | null> {
  const marked = frames.filter(({ mask }) => mask.some((value) => value > 0));
  if (marked.length === 0) return null;
  const headers = new Map<string, DataSet>();
  for (const { file } of frames) if (!headers.has(file)) headers.set(file, parseDicom(readImageBytes(file)).data);
  const headerOf = ({ file }: MarkedFrame): DataSet => headers.get(file) as DataSet;
  const first = headerOf(frames[0]);
  const [Rows, Columns] = [first.wordOf(Tag.Rows), first.wordOf(Tag.Columns)];
  const [now, organization, instance] = [new Date().toISOString().replaceAll(/[-:]/g, ''), newUid(), newUid()];
  const reference = first.text(Tag.FrameOfReferenceUID);
  const dataset = {
    SOPClassUID: SEGMENTATION,
    SOPInstanceUID: instance,
    ...{ PatientName: '', PatientID: '', PatientBirthDate: '', PatientSex: '' },
    StudyInstanceUID: first.text(Tag.StudyInstanceUID) ?? newUid(),
    ...{ StudyDate: '', StudyTime: '', StudyID: '', AccessionNumber: '', ReferringPhysicianName: '' },
    ...{ Modality: 'SEG', SeriesInstanceUID: newUid(), SeriesNumber: 1, SeriesDescription: words.description.slice(0, 64) },
    ...(reference === undefined ? {} : { FrameOfReferenceUID: reference, PositionReferenceIndicator: '' }),
    ...{ Manufacturer: words.algorithm, ManufacturerModelName: words.algorithm, DeviceSerialNumber: '0', SoftwareVersions: words.version },
    ...{ InstanceNumber: 1, ImageType: ['DERIVED', 'PRIMARY'], ContentDate: now.slice(0, 8), ContentTime: now.slice(9, 15) },
    ...{ ContentLabel: 'SEGMENTATION', ContentDescription: words.description.slice(0, 64), ContentCreatorName: '' },
    ...{ SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2', NumberOfFrames: marked.length, Rows, Columns },
    ...{ BitsAllocated: 1, BitsStored: 1, HighBit: 0, PixelRepresentation: 0, LossyImageCompression: '00' },
    SegmentationType: 'BINARY',
    SegmentSequence: [
      {
        SegmentNumber: 1,
        SegmentLabel: words.label.slice(0, 64),
        SegmentAlgorithmType: 'AUTOMATIC',
        SegmentAlgorithmName: words.algorithm.slice(0, 64),
        SegmentedPropertyCategoryCodeSequence: code('309825002', 'SCT', 'Spatial and Relational Concept'),
        SegmentedPropertyTypeCodeSequence: code('111176', 'DCM', 'Unspecified'),
      },
    ],
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organization }],
    DimensionIndexSequence: [
      { DimensionOrganizationUID: organization, DimensionIndexPointer: 0x0062000b, FunctionalGroupPointer: 0x0062000a }, // segment
      { DimensionOrganizationUID: organization, DimensionIndexPointer: 0x00209057, FunctionalGroupPointer: 0x00209111 }, // place in the stack
    ],
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: first.text(Tag.SeriesInstanceUID) ?? newUid(),
        ReferencedInstanceSequence: [...headers.values()].map(referenceTo),
      },
    ],
    SharedFunctionalGroupsSequence: [{}],
    PerFrameFunctionalGroupsSequence: marked.map((frame, i) => frameGroups(frame, headerOf(frame), i)),
    PixelData: packed(marked),
    _vrMap: { PixelData: 'OB' },
  };
  return written(dataset, instance);
}

/** What belongs to one frame: its plane, and the instance from which it was derived. */
function frameGroups({ frame, frames }: MarkedFrame, header: DataSet, index: number): Record<string, unknown> {
  const values = new FrameValues(
    header,
    header.item(Tag.SharedFunctionalGroupsSequence),
    header.items(Tag.PerFrameFunctionalGroupsSequence),
  );
  const own = (group: number, tag: number): number[] => values.holder(frame, group, tag)?.decimals(tag) ?? [];
  const position = own(Tag.PlanePositionSequence, Tag.ImagePositionPatient);
  const orientation = own(Tag.PlaneOrientationSequence, Tag.ImageOrientationPatient);
  const spacing = own(Tag.PixelMeasuresSequence, Tag.PixelSpacing);
  const [thickness] = own(Tag.PixelMeasuresSequence, Tag.SliceThickness);
  return {
    FrameContentSequence: [{ StackID: '1', InStackPositionNumber: index + 1, DimensionIndexValues: [1, index + 1] }],
    SegmentIdentificationSequence: [{ ReferencedSegmentNumber: 1 }],
    DerivationImageSequence: [
      {
        DerivationCodeSequence: code('113076', 'DCM', 'Segmentation'),
        SourceImageSequence: [
          {
            ...referenceTo(header),
            SpatialLocationsPreserved: 'YES',
            ...(frames > 1 ? { ReferencedFrameNumber: frame + 1 } : {}),
            PurposeOfReferenceCodeSequence: code('121322', 'DCM', 'Source image for image processing operation'),
          },
        ],
      },
    ],
    ...(position.length === 3 ? { PlanePositionSequence: [{ ImagePositionPatient: position }] } : {}),
    ...(orientation.length === 6 ? { PlaneOrientationSequence: [{ ImageOrientationPatient: orientation }] } : {}),
    ...(spacing.length === 2
      ? { PixelMeasuresSequence: [{ PixelSpacing: spacing, ...(thickness > 0 ? { SliceThickness: thickness } : {}) }] }
      : {}),
  };
}

function referenceTo(header: DataSet): Record<string, string | undefined> {
  return { ReferencedSOPClassUID: header.text(Tag.SOPClassUID), ReferencedSOPInstanceUID: header.text(Tag.SOPInstanceUID) };
}

/** All frames as single bits, the first pixel in the lowest bit, to an even number of bytes. */
function packed(frames: readonly MarkedFrame[]): ArrayBuffer {
  const size = frames[0].mask.length;
  const bytes = new Uint8Array(2 * Math.ceil((size * frames.length) / 16));
  frames.forEach(({ mask }, f) => {
    for (let i = 0, bit = f * size; i < size; i++, bit++) if (mask[i] > 0) bytes[bit >> 3] |= 1 << (bit & 7);
  });
  return bytes.buffer;
}

/** The part of dcmjs that is used; it has no types. */
interface Dcmjs {
  data: {
    DicomMetaDictionary: { denaturalizeDataset(dataset: object): object };
    DicomDict: new (meta: object) => { dict: object; write(): ArrayBuffer };
  };
}

async function written(dataset: object, instance: string): Promise<Buffer> {
  // eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an error under strict only
  // @ts-ignore
  const loaded = (await import('dcmjs')) as Dcmjs & { default?: Dcmjs };
  const { DicomMetaDictionary, DicomDict } = (loaded.default ?? loaded).data;
  const meta = {
    FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
    MediaStorageSOPClassUID: SEGMENTATION,
    MediaStorageSOPInstanceUID: instance,
    TransferSyntaxUID: EXPLICIT_LITTLE,
    ImplementationClassUID: '2.25.302813137786398554742050926734630921603',
    _vrMap: { FileMetaInformationVersion: 'OB' },
  };
  const file = new DicomDict(DicomMetaDictionary.denaturalizeDataset(meta));
  file.dict = DicomMetaDictionary.denaturalizeDataset(dataset);
  return Buffer.from(file.write());
}
