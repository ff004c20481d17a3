/**
 * The elements that are read; all others are skipped, so that names, dates and addresses are never
 * in memory as text. A number is the group and the element: `(0028,0010)` is `0x00280010`.
 */
export const Tag = {
  MediaStorageSOPClassUID: 0x00020002,
  TransferSyntaxUID: 0x00020010,
  SOPClassUID: 0x00080016,
  SOPInstanceUID: 0x00080018,
  Modality: 0x00080060,
  PatientID: 0x00100020,
  IssuerOfPatientID: 0x00100021,
  SliceThickness: 0x00180050,
  SpacingBetweenSlices: 0x00180088,
  ImagerPixelSpacing: 0x00181164,
  StudyInstanceUID: 0x0020000d,
  SeriesInstanceUID: 0x0020000e,
  InstanceNumber: 0x00200013,
  ImagePositionPatient: 0x00200032,
  ImageOrientationPatient: 0x00200037,
  PlanePositionSequence: 0x00209113,
  PlaneOrientationSequence: 0x00209116,
  FrameOfReferenceUID: 0x00200052,
  SamplesPerPixel: 0x00280002,
  PhotometricInterpretation: 0x00280004,
  PlanarConfiguration: 0x00280006,
  NumberOfFrames: 0x00280008,
  Rows: 0x00280010,
  Columns: 0x00280011,
  PixelSpacing: 0x00280030,
  BitsAllocated: 0x00280100,
  BitsStored: 0x00280101,
  HighBit: 0x00280102,
  PixelRepresentation: 0x00280103,
  PixelPaddingValue: 0x00280120,
  PixelPaddingRangeLimit: 0x00280121,
  WindowCenter: 0x00281050,
  WindowWidth: 0x00281051,
  RescaleIntercept: 0x00281052,
  RescaleSlope: 0x00281053,
  RescaleType: 0x00281054,
  VOILUTFunction: 0x00281056,
  RedDescriptor: 0x00281101,
  GreenDescriptor: 0x00281102,
  BlueDescriptor: 0x00281103,
  RedData: 0x00281201,
  GreenData: 0x00281202,
  BlueData: 0x00281203,
  SegmentedRedData: 0x00281221,
  SegmentedGreenData: 0x00281222,
  SegmentedBlueData: 0x00281223,
  ModalityLUTSequence: 0x00283000,
  LUTDescriptor: 0x00283002,
  LUTData: 0x00283006,
  VOILUTSequence: 0x00283010,
  PixelMeasuresSequence: 0x00289110,
  FrameVOILUTSequence: 0x00289132,
  PixelValueTransformationSequence: 0x00289145,
  SharedFunctionalGroupsSequence: 0x52009229,
  PerFrameFunctionalGroupsSequence: 0x52009230,
  ExtendedOffsetTable: 0x7fe00001,
  ExtendedOffsetTableLengths: 0x7fe00002,
  FloatPixelData: 0x7fe00008,
  DoubleFloatPixelData: 0x7fe00009,
  PixelData: 0x7fe00010,
  Item: 0xfffee000,
  ItemEnd: 0xfffee00d,
  SequenceEnd: 0xfffee0dd,
} as const;

const NAMES = new Map<number, string>(Object.entries(Tag).map(([name, tag]) => [tag, name]));

/** Whether an element is read. */
export function isRead(tag: number): boolean {
  return NAMES.has(tag);
}

/** Whether an element that is read is a sequence of data sets. */
export function isSequence(tag: number): boolean {
  return NAMES.get(tag)?.endsWith('Sequence') === true;
}

/** The name of an element, as the standard has it; of others the number. */
export function nameOf(tag: number): string {
  const hex = tag.toString(16).padStart(8, '0');
  return NAMES.get(tag) ?? `(${hex.slice(0, 4)},${hex.slice(4)})`;
}
