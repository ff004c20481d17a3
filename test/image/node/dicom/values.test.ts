import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../../src/common/errors';
import type { Raster } from '../../../../src/image/image';
import { expandSegments } from '../../../../src/image/node/dicom/segmented-table';
import { Tag } from '../../../../src/image/node/dicom/tags';
import { openImageBytes } from '../../../../src/image/node/image-file';
import { maskLevels } from '../../../../src/image/node/mask';
import { element, file, grey, item, sequence, type Entry } from './dicom-file';

async function read(bytes: Buffer): Promise<Raster> {
  return (await (await openImageBytes(bytes, 'x')).frame(0)).raster;
}

async function refused(bytes: Buffer, why: RegExp): Promise<void> {
  await assert.rejects(read(bytes), (error: Error) => error instanceof UserError && why.test(error.message));
}

/** Elements of 8 bits a sample; those in `changes` replace others. */
function bytes8(width: number, height: number, photometric: string, changes: Record<number, Entry[2] | undefined>): Entry[] {
  return grey(width, [], {
    [Tag.Rows]: [height],
    [Tag.SamplesPerPixel]: [photometric.startsWith('MONO') || photometric.startsWith('PAL') ? 1 : 3],
    [Tag.PhotometricInterpretation]: photometric,
    [Tag.BitsAllocated]: [8],
    [Tag.BitsStored]: [8],
    [Tag.HighBit]: [7],
    [Tag.PixelRepresentation]: [0],
    [Tag.RescaleSlope]: undefined,
    [Tag.RescaleIntercept]: undefined,
    ...changes,
  });
}

/** A file whose only frame is a compressed stream. */
function compressed(entries: readonly Entry[], stream: string, syntax: string): Buffer {
  const fragment = Buffer.from(stream, 'base64');
  const padded = fragment.length % 2 === 0 ? fragment : Buffer.concat([fragment, Buffer.of(0)]);
  return Buffer.concat([
    file(
      entries.filter(([tag]) => tag !== Tag.PixelData),
      syntax,
    ),
    element(Tag.PixelData, 'OB', '', 0xffffffff),
    item(Tag.Item, 0),
    item(Tag.Item, padded.length),
    padded,
    item(Tag.SequenceEnd, 0),
  ]);
}

/** The same elements in explicit VR big endian. */
function bigEndian(entries: readonly Entry[]): Buffer {
  const meta = file([], '1.2.840.10008.1.2.2');
  const parts = [...entries]
    .sort(([a], [b]) => a - b)
    .map(([tag, vr, value]) => {
      const bytes = element(tag, vr, value);
      const head = ['OB', 'OW'].includes(vr) ? 12 : 8;
      bytes.subarray(0, 4).swap16();
      if (head === 12) bytes.subarray(8, 12).swap32();
      else bytes.subarray(6, 8).swap16();
      if (['US', 'SS', 'OW'].includes(vr)) bytes.subarray(head).swap16();
      return bytes;
    });
  return Buffer.concat([meta, ...parts]);
}

test('bytes that a big-endian file stores as words are swapped, those it stores as bytes are not', async () => {
  const stored = Buffer.of(0, 51, 102, 153, 204, 255);
  const entries = bytes8(3, 2, 'MONOCHROME2', { [Tag.PixelData]: stored });
  const levels = [0, 13107, 26214, 39321, 52428, 65535];
  assert.deepEqual([...(await read(bigEndian(entries))).data], levels);
  const asBytes = entries.map(([tag, vr, value]): Entry => [tag, tag === Tag.PixelData ? 'OB' : vr, value]);
  assert.deepEqual([...(await read(bigEndian(asBytes))).data], levels);
});

test('a palette of segments: its own entries, lines, and copies of earlier segments', async () => {
  // 10 20, line to 50 in 3 steps, line to 51 in 2 steps (50.5 becomes 50), 2 segments from the first line on again
  const wanted = [10, 20, 30, 40, 50, 50, 51, 51, 50, 50, 50, 51];
  const segments = [0, 2, 10, 20, 1, 3, 50, 1, 2, 51];
  assert.deepEqual([...expandSegments([...segments, 2, 2, 4, 0, 0, 0, 0], 1, 12)], wanted); // and a byte of padding
  assert.deepEqual([...expandSegments([...segments, 2, 2, 8, 0], 2, 12)], wanted);
  assert.throws(() => expandSegments(segments, 1, 8), /7 entries, 8 stated/);
  assert.throws(() => expandSegments([1, 2, 9], 1, 2), /first segment/);
  assert.throws(() => expandSegments([0, 9, 1], 1, 9), /damaged segments/);
  assert.throws(() => expandSegments([7, 1, 1], 1, 1), /damaged segments/);
  assert.throws(() => expandSegments([0, 1, 5, 2, 2, 0, 0, 0, 0], 1, 9), /copies of copies/);

  const table = (tag: number, descriptor: number): Entry[] => [
    [descriptor, 'US', [7, 1, 8]],
    [tag, 'OW', Buffer.from(segments)],
  ];
  const pixels = bytes8(4, 2, 'PALETTE COLOR', { [Tag.PixelData]: Buffer.of(0, 1, 2, 3, 4, 5, 6, 255) });
  const { data } = await read(
    file([
      ...pixels,
      ...table(Tag.SegmentedRedData, Tag.RedDescriptor),
      ...table(Tag.SegmentedGreenData, Tag.GreenDescriptor),
      ...table(Tag.SegmentedBlueData, Tag.BlueDescriptor),
    ]),
  );
  assert.deepEqual(
    [...data],
    [10, 10, 20, 30, 40, 50, 50, 51].flatMap((v) => [v, v, v]),
  );
});

test('a palette with entries beyond its bits is refused', async () => {
  const table = (tag: number, descriptor: number): Entry[] => [
    [descriptor, 'US', [2, 0, 8]],
    [tag, 'OW', [0, 256]],
  ];
  const entries = bytes8(2, 1, 'PALETTE COLOR', { [Tag.PixelData]: Buffer.of(0, 1) });
  const tables = [
    ...table(Tag.RedData, Tag.RedDescriptor),
    ...table(Tag.GreenData, Tag.GreenDescriptor),
    ...table(Tag.BlueData, Tag.BlueDescriptor),
  ];
  await refused(file([...entries, ...tables]), /entries are larger \(256\) than its bits allow \(255\)/);
});

test('of a palette in a mask the colours count, not their numbers', async () => {
  const table = (descriptor: number, tag: number, ...levels: number[]): Entry[] => [
    [descriptor, 'US', [4, 0, 8]],
    [tag, 'OW', Buffer.from(levels)],
  ];
  const entries = [
    ...bytes8(4, 1, 'PALETTE COLOR', { [Tag.PixelData]: Buffer.of(0, 1, 2, 3) }),
    ...table(Tag.RedDescriptor, Tag.RedData, 255, 0, 0, 0),
    ...table(Tag.GreenDescriptor, Tag.GreenData, 255, 0, 0, 0),
    ...table(Tag.BlueDescriptor, Tag.BlueData, 255, 0, 1, 0),
  ];
  const mask = await (await openImageBytes(file(entries), 'x', { as: 'mask' })).frame(0);
  assert.deepEqual([...maskLevels(mask, 'x').data], [255, 0, 255, 0]);
});

/** Levels and words of two frames of the values 0, 1 and 1, 0, with what their groups say of the window. */
async function windowed(own: readonly Buffer[][], shared: Buffer[], whole: Buffer[] = []): Promise<[number[], string][]> {
  const group = (elements: Buffer[]): Buffer[] => (elements.length === 0 ? [] : [sequence(Tag.FrameVOILUTSequence, elements)]);
  const bytes = Buffer.concat([
    file(bytes8(2, 1, 'MONOCHROME2', { [Tag.NumberOfFrames]: '2', [Tag.PixelData]: undefined })),
    ...whole,
    sequence(Tag.SharedFunctionalGroupsSequence, group(shared)),
    sequence(Tag.PerFrameFunctionalGroupsSequence, ...own.map(group)),
    element(Tag.PixelData, 'OB', Buffer.of(0, 1, 1, 0)),
  ]);
  const image = await openImageBytes(bytes, 'x');
  const frame = async (i: number): Promise<[number[], string]> => {
    const { data } = (await image.frame(i)).raster;
    return [[...data].map((v) => v / 257), image.window?.(i) ?? ''];
  };
  return [await frame(0), await frame(1)];
}

test("a lookup table goes before a window: the frame's own, else the shared one, else that of the file", async () => {
  const table = (...entries: number[]): Buffer =>
    sequence(Tag.VOILUTSequence, [element(Tag.LUTDescriptor, 'US', [entries.length, 0, 8]), element(Tag.LUTData, 'OW', entries)]);
  const [a, b, c] = [table(10, 20), table(30, 40), table(50, 60)];
  const window = [element(Tag.WindowCenter, 'DS', '1'), element(Tag.WindowWidth, 'DS', '2')];
  const looked = (...frames: number[][]): [number[], string][] => frames.map((levels) => [levels, "lookup table (the file's)"]);
  assert.deepEqual(await windowed([[a], [b]], []), looked([10, 20], [40, 30]));
  assert.deepEqual(await windowed([[], []], [a]), looked([10, 20], [20, 10]));
  assert.deepEqual(await windowed([[b], window], [a], [c]), looked([30, 40], [20, 10]));
  assert.deepEqual(await windowed([[...window, b], []], [], [c]), looked([30, 40], [60, 50]));
  const [[, first], [, second]] = await windowed([window, []], []);
  assert.deepEqual([first, second], ["1/2 (the file's)", 'range 0..1 (no window in the file)']);
});

test('colours of 32 bits', async () => {
  const samples = Buffer.alloc(24);
  [0, 2 ** 32 - 1, 2 ** 31, 65537, 65537 * 2, 65537 * 65534].forEach((v, i) => samples.writeUInt32LE(v, 4 * i));
  const entries = bytes8(2, 1, 'RGB', { [Tag.BitsAllocated]: [32], [Tag.BitsStored]: [32], [Tag.HighBit]: [31], [Tag.PixelData]: samples });
  assert.deepEqual([...(await read(file(entries))).data], [0, 65535, 32768, 1, 2, 65534]);
});

test('padding also counts for words of 32 bits', async () => {
  const words = [9000, 0, 10, 0, 20, 0, 30, 0];
  const entries = bytes8(4, 1, 'MONOCHROME2', {
    [Tag.BitsAllocated]: [32],
    [Tag.BitsStored]: [32],
    [Tag.HighBit]: [31],
    [Tag.PixelPaddingValue]: [9000],
    [Tag.PixelData]: words,
  });
  assert.deepEqual([...(await read(file(entries))).data], [65535, 0, 32768, 65535]);
});

test('compressed frames: planes, pairs in an odd width, fewer bits than the file allocates', async () => {
  const planes = await read(compressed(bytes8(16, 16, 'RGB', {}), JPEG_LS_PLANES, '1.2.840.10008.1.2.4.80'));
  assert.deepEqual([...planes.data.subarray(0, 6)], [10, 60, 110, 10, 60, 110]);

  const pairs = await read(compressed(bytes8(3, 2, 'YBR_FULL_422', {}), JPEG_422, '1.2.840.10008.1.2.4.50'));
  assert.equal(pairs.data.length, 18);
  pairs.data.forEach((v, i) => assert.ok(Math.abs(v - [200, 100, 50][i % 3]) <= 2, `${i}: ${v}`));
  await refused(file(bytes8(3, 2, 'YBR_FULL_422', { [Tag.PixelData]: Buffer.alloc(12) })), /3 columns of YBR_FULL_422/);

  const wide = { [Tag.BitsAllocated]: [16] };
  const levels = await read(compressed(bytes8(3, 2, 'MONOCHROME2', wide), JPEG_GREY, '1.2.840.10008.1.2.4.50'));
  assert.deepEqual([...levels.data], [0, 13107, 26214, 39321, 52428, 65535]); // 0, 40 ... 200
});

test('compressed frames that the codec would give wrong are refused', async () => {
  const deep = { [Tag.BitsAllocated]: [16], [Tag.BitsStored]: [16], [Tag.HighBit]: [15] };
  await refused(compressed(bytes8(3, 2, 'RGB', deep), J2K_RGB16, '1.2.840.10008.1.2.4.90'), /JPEG 2000 colours of 16 bits/);
  const signed = bytes8(3, 2, 'MONOCHROME2', { [Tag.PixelRepresentation]: [1] });
  await refused(compressed(signed, HTJ2K_SIGNED, '1.2.840.10008.1.2.4.201'), /HTJ2K of 8 bits with sign/);
});

/** 16 x 16 pixels of (10, 60, 110), a scan for each colour. */
const JPEG_LS_PLANES =
  '/9j/9wARCAAQABADAREAAhEAAxEA/9oACAEBAAAAAAeV/3n/f/94/9oACAECAAAAAAAAAXaV/3n/f/94/9oACAEDAAAAAAAAAdqV' + '/3n/f/94/9k=';
/** 3 x 2 pixels of (200, 100, 50), 4:2:2. */
const JPEG_422 =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoK' +
  'CgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK' +
  'CgoKCgoKCgr/wAARCAACAAMDASEAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QA' +
  'FAEBAAAAAAAAAAAAAAAAAAAACP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AJ4K5sP/2Q==';
/** 0, 40, 80 / 120, 160, 200. */
const JPEG_GREY =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB' +
  'AQEBAQEBAQEBAQEBAQH/wAALCAACAAMBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EAB0QAAECBwAAAAAAAAAAAAAAAAcECAAX' +
  'KDZHVGb/2gAIAQEAAD8AVBsLWGxSBFlOQHtdPiEfbKnno//Z';
/** 3 x 2 pixels, 16 bits. */
const J2K_RGB16 =
  '/0//UQAvAAAAAAADAAAAAgAAAAAAAAAAAAAAAwAAAAIAAAAAAAAAAAADDwEBDwEBDwEB/1IADAAAAAEAAAQEAAH/XAAEQID/ZAAl' +
  'AAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjT/kAAKAAAAAABDAAH/k9/4kHAHz+8cknl7JlYSg2GGSc/8MDgGVNyt' +
  'SEOO3uCizHqoP8/8MDQGQW2TTQqL/hDsF14I/9k=';
/** 3 x 2 pixels of 8 bits with sign. */
const HTJ2K_SIGNED =
  '/0//UQApQAAAAAADAAAAAgAAAAAAAAAAAAAAAwAAAAIAAAAAAAAAAAABhwEB/1AACAACAAAAAv9SAAwAAgABAAUEBEAB/1wAEyBI' +
  'UFBQUFBQUFBQUFBQSEhI/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAACkAAf+TwCXzAMd0AAAAAMASgM4Ah3QAoBMA' +
  'dvsAIjQA/9k=';
