import path from 'node:path';
import { writeFileAtomic } from '../../common/node/files';
import { Tag } from '../../image/node/dicom/tags';
import { Random } from '../../common/random';

/** The value of an element: a text, or words of 16 bits. */
type Value = string | Uint16Array;

const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
/** A number of the study and all in it (DICOM PS3.5 B.2); nobody else uses it. */
const ROOT = '2.25.302813137786398554742050926734630921604';
const [AIR, TISSUE, BONE] = [-1000, 40, 700];

/**
 * Writes a made-up CT series: a noisy ellipse of soft tissue with a rim of bone, in Hounsfield units
 * plus 1000, 12 of 16 bits, uncompressed, 3 mm from slice to slice. One file a slice.
 * @returns the folder
 */
export function writeCtSeries(dir: string, { slices, size }: { slices: number; size: number }): string {
  const random = Random.of(1, 'ct-series');
  const noise = Float32Array.from({ length: 1 << 16 }, () => 12 * random.normal());
  for (let i = 0; i < slices; i++) {
    const entries: [tag: number, vr: string, value: Value][] = [
      [Tag.SOPClassUID, 'UI', CT_IMAGE],
      [Tag.SOPInstanceUID, 'UI', `${ROOT}.2.${i + 1}`],
      [Tag.Modality, 'CS', 'CT'],
      [Tag.SliceThickness, 'DS', '3'],
      [Tag.StudyInstanceUID, 'UI', `${ROOT}.0`],
      [Tag.SeriesInstanceUID, 'UI', `${ROOT}.1`],
      [Tag.InstanceNumber, 'IS', String(i + 1)],
      [Tag.ImagePositionPatient, 'DS', `0\\0\\${3 * i}`],
      [Tag.ImageOrientationPatient, 'DS', '1\\0\\0\\0\\1\\0'],
      [Tag.SamplesPerPixel, 'US', Uint16Array.of(1)],
      [Tag.PhotometricInterpretation, 'CS', 'MONOCHROME2'],
      [Tag.Rows, 'US', Uint16Array.of(size)],
      [Tag.Columns, 'US', Uint16Array.of(size)],
      [Tag.PixelSpacing, 'DS', '0.5\\0.5'],
      [Tag.BitsAllocated, 'US', Uint16Array.of(16)],
      [Tag.BitsStored, 'US', Uint16Array.of(12)],
      [Tag.HighBit, 'US', Uint16Array.of(11)],
      [Tag.PixelRepresentation, 'US', Uint16Array.of(0)],
      [Tag.WindowCenter, 'DS', '40'],
      [Tag.WindowWidth, 'DS', '80'],
      [Tag.RescaleIntercept, 'DS', '-1000'],
      [Tag.RescaleSlope, 'DS', '1'],
      [Tag.PixelData, 'OW', pixels(size, (i + 1) / (slices + 1), noise, random.integer(0, noise.length))],
    ];
    const meta = [
      element(Tag.MediaStorageSOPClassUID, 'UI', CT_IMAGE),
      element(0x00020003, 'UI', `${ROOT}.2.${i + 1}`),
      element(Tag.TransferSyntaxUID, 'UI', EXPLICIT_LITTLE),
      element(0x00020012, 'UI', ROOT),
    ];
    const length = meta.reduce((sum, one) => sum + one.length, 0);
    const start = [Buffer.alloc(128), Buffer.from('DICM'), element(0x00020000, 'UL', Uint16Array.of(length, 0)), ...meta];
    writeFileAtomic(path.join(dir, `${i}.dcm`), Buffer.concat([...start, ...entries.map((entry) => element(...entry))]));
  }
  return dir;
}

/** A slice at a height from 0 (chin) to 1 (crown). */
function pixels(size: number, height: number, noise: Float32Array, shift: number): Uint16Array {
  const radius = 0.42 * Math.sqrt(1 - (2 * height - 1) ** 2);
  const values = new Uint16Array(size * size);
  for (let i = 0; i < values.length; i++) {
    const [x, y] = [((i % size) + 0.5) / size - 0.5, (Math.floor(i / size) + 0.5) / size - 0.5];
    const r = Math.hypot(x, y * 0.85) / radius;
    const hounsfield = r > 1 ? AIR : r > 0.92 ? BONE : TISSUE - 30 * Math.exp(-((r / 0.2) ** 2));
    values[i] = Math.max(0, Math.round(hounsfield + 1000 + noise[(i + shift) % noise.length]));
  }
  return values;
}

/** An element in explicit VR little endian. */
function element(tag: number, vr: string, value: Value): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from(value.buffer);
  const padded = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const head = Buffer.alloc(vr === 'OW' ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (head.length === 12) head.writeUInt32LE(padded.length, 8);
  else head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}
