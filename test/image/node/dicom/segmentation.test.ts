import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { segmentation, type MarkedFrame } from '../../../../src/image/node/dicom/segmentation';
import { Tag } from '../../../../src/image/node/dicom/tags';
import { temporaryFolder } from '../../../helpers/tiny-clip';
import { file, grey, type Entry } from './dicom-file';

const WORDS = { label: 'above', description: 'a map above a threshold', algorithm: 'test', version: '1' };

/** A slice of a made series at a height. */
function slice(dir: string, k: number): string {
  const place = path.join(dir, `${k}.dcm`);
  const ids: Entry[] = [
    [Tag.SOPClassUID, 'UI', '1.2.840.10008.5.1.4.1.1.2'],
    [Tag.SOPInstanceUID, 'UI', `1.2.3.${k}`],
    [0x00100010, 'PN', 'Doe^Jane'],
    [Tag.PatientID, 'LO', 'id-77'],
    [0x00080020, 'DA', '19700102'],
    [Tag.StudyInstanceUID, 'UI', '1.2.4'],
    [Tag.SeriesInstanceUID, 'UI', '1.2.5'],
    [Tag.FrameOfReferenceUID, 'UI', '1.2.6'],
    [Tag.ImagePositionPatient, 'DS', `1\\2\\${3 * k}`],
    [Tag.ImageOrientationPatient, 'DS', '1\\0\\0\\0\\1\\0'],
    [Tag.PixelSpacing, 'DS', '0.5\\0.75'],
    [Tag.SliceThickness, 'DS', '3'],
  ];
  fs.writeFileSync(place, file([...grey(3, [0, 1, 2, 3, 4, 5, 6, 7, 8]), ...ids]));
  return place;
}

interface Read {
  [key: string]: unknown;
}

/** What dcmjs reads of a file, by names. */
function readBack(bytes: Buffer): Read {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { data } = require('dcmjs') as {
    data: { DicomMessage: { readFile(b: ArrayBuffer): { dict: object } }; DicomMetaDictionary: { naturalizeDataset(d: object): Read } };
  };
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return data.DicomMetaDictionary.naturalizeDataset(data.DicomMessage.readFile(copy).dict);
}

const list = (value: unknown): Read[] => value as Read[];

test('a segmentation points back to its source: study, series, instances, planes, and holds the masks bit by bit', async () => {
  const dir = temporaryFolder();
  const masks = [
    [0, 0, 0, 0, 0, 0, 0, 0, 0],
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [0, 1, 1, 0, 0, 0, 0, 0, 0],
  ];
  const frames = masks.map((mask, k): MarkedFrame => ({ file: slice(dir, k), frame: 0, frames: 1, mask: Uint8Array.from(mask) }));
  const bytes = await segmentation(frames, WORDS);
  assert.ok(bytes);
  const seg = readBack(bytes);
  assert.equal(seg.SOPClassUID, '1.2.840.10008.5.1.4.1.1.66.4');
  assert.deepEqual(
    [seg.StudyInstanceUID, seg.FrameOfReferenceUID, seg.Modality, seg.SegmentationType],
    ['1.2.4', '1.2.6', 'SEG', 'BINARY'],
  );
  assert.deepEqual([seg.Rows, seg.Columns, Number(seg.NumberOfFrames)], [3, 3, 2], 'the empty slice is left out');
  const [series] = list(seg.ReferencedSeriesSequence);
  assert.equal(series.SeriesInstanceUID, '1.2.5');
  assert.deepEqual(
    list(series.ReferencedInstanceSequence).map((one) => one.ReferencedSOPInstanceUID),
    ['1.2.3.0', '1.2.3.1', '1.2.3.2'],
  );
  list(seg.PerFrameFunctionalGroupsSequence).forEach((frame, i) => {
    const [source] = list(list(frame.DerivationImageSequence)[0].SourceImageSequence);
    assert.deepEqual([source.ReferencedSOPInstanceUID, source.ReferencedSOPClassUID], [`1.2.3.${i + 1}`, '1.2.840.10008.5.1.4.1.1.2']);
    assert.deepEqual((list(frame.PlanePositionSequence)[0].ImagePositionPatient as unknown[]).map(Number), [1, 2, 3 * (i + 1)]);
    assert.deepEqual((list(frame.PixelMeasuresSequence)[0].PixelSpacing as unknown[]).map(Number), [0.5, 0.75]);
    assert.equal(list(frame.SegmentIdentificationSequence)[0].ReferencedSegmentNumber, 1);
  });
  const bits = new Uint8Array((seg.PixelData as ArrayBuffer[])[0]);
  const pixels = Array.from({ length: 18 }, (_, i) => (bits[i >> 3] >> (i & 7)) & 1);
  assert.deepEqual(pixels, [...masks[1], ...masks[2]]);
  for (const text of ['Doe', 'id-77', '19700102']) assert.ok(!bytes.includes(text), `${text} is not in it`);
  assert.equal(await segmentation(frames.slice(0, 1), WORDS), null, 'without a marked pixel there is none');
});
