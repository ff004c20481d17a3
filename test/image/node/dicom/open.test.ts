import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { UserError } from '../../../../src/common/errors';
import { openImageBytes, type ImageFile, type ReadOptions } from '../../../../src/image/node/image-file';
import { Tag } from '../../../../src/image/node/dicom/tags';
import { element, file, grey, item, type Entry } from './dicom-file';

const open = (entries: readonly Entry[], options?: ReadOptions): Promise<ImageFile> => openImageBytes(file(entries), 'x', options);

async function read(entries: readonly Entry[], window?: string): Promise<{ levels: number[]; words?: string }> {
  const image = await open(entries, { window });
  const { raster } = await image.frame(0);
  return { levels: [...raster.data], words: image.window?.(0) };
}

async function refused(entries: readonly Entry[] | Buffer, why: RegExp, options?: ReadOptions): Promise<void> {
  await assert.rejects(
    async () => (await openImageBytes(Buffer.isBuffer(entries) ? entries : file(entries), 'x', options)).frame(0),
    (error: Error) => error instanceof UserError && !error.message.includes('\n') && why.test(error.message),
  );
}

const VALUES = [0, 1000, 1040, 1100, 1080, 3000]; // -1000, 0, 40, 100, 80, 2000 in Hounsfield units
const linear = (center: number, width: number): number[] =>
  VALUES.map((v) => Math.round(65535 * Math.min(1, Math.max(0, (v - 1000 - (center - 0.5)) / (width - 1) + 0.5))));

test('the window of the file, another of its windows, given numbers, the range, and windows by name', async () => {
  const two = grey(3, VALUES, { [Tag.WindowCenter]: '50\\-600', [Tag.WindowWidth]: '100\\1600' });
  assert.deepEqual(await read(two), { levels: linear(50, 100), words: "50/100 (the file's, 1 of 2)" });
  assert.deepEqual(await read(two, '1'), await read(two));
  assert.deepEqual(await read(two, '2'), { levels: linear(-600, 1600), words: "-600/1600 (the file's, 2 of 2)" });
  assert.deepEqual(await read(two, '30.5/60'), { levels: linear(30.5, 60), words: '30.5/60 (chosen)' });
  assert.deepEqual(await read(two, 'Brain'), { levels: linear(40, 80), words: '40/80 (brain)' });
  assert.deepEqual((await read(two, 'lung')).levels, linear(-600, 1500));
  assert.deepEqual((await read(two, 'bone')).levels, linear(400, 1800));
  assert.deepEqual((await read(two, 'range')).words, 'range -1000..2000');
  await refused(two, /2 windows, so there is none of number 3/, { window: '3' });
  for (const window of ['0', 'head', '40/0', '40', '/', '40/400/1', 'constructor', '1e3/2']) {
    if (window !== '40') await refused(two, /--window: expected 1 \(the file's first/, { window });
    else await refused(two, /none of number 40/, { window });
  }
});

test('a window by name needs Hounsfield units', async () => {
  await refused(grey(3, VALUES, { [Tag.Modality]: 'MR' }), /--window brain .* its modality is MR/, { window: 'brain' });
  await refused(grey(3, VALUES, { [Tag.Modality]: undefined }), /modality is another or not stated/, { window: 'lung' });
  await refused(grey(3, VALUES, { [Tag.RescaleIntercept]: undefined, [Tag.RescaleSlope]: undefined }), /has no RescaleSlope/, {
    window: 'bone',
  });
  await refused(grey(3, VALUES, { [Tag.RescaleIntercept]: undefined }), /has no RescaleSlope/, { window: 'bone' });
  await refused(grey(3, VALUES, { [Tag.RescaleType]: 'OD' }), /RescaleType is not HU/, { window: 'bone' });
  assert.deepEqual((await read(grey(3, VALUES, { [Tag.RescaleType]: 'HU' }), 'brain')).levels, linear(40, 80));
});

test('without a window the range of each frame, without its padding', async () => {
  const frames = grey(2, [0, 100, 50, 25, -7, 3, 13, 3], { [Tag.NumberOfFrames]: '2', [Tag.Rows]: [2], [Tag.PixelPaddingValue]: [-7] });
  const image = await open(frames);
  assert.deepEqual([...(await image.frame(0)).raster.data], [0, 65535, 32768, 16384]);
  assert.equal(image.window?.(1), 'range of the frame (no window in the file)');
  assert.deepEqual([...(await image.frame(1)).raster.data], [0, 0, 65535, 0]);
  assert.equal(image.window?.(1), 'range -997..-987 (no window in the file)');
  assert.deepEqual((await read(grey(2, [-7, -7], { [Tag.PixelPaddingValue]: [-7] }))).levels, [0, 0]);
});

test('a slope without an intercept, or the reverse, is read where it changes nothing', async () => {
  const window = { [Tag.WindowCenter]: '1040\\7', [Tag.WindowWidth]: '400' }; // a second centre has no width
  const none = { [Tag.RescaleSlope]: undefined, [Tag.RescaleIntercept]: undefined };
  const { levels, words } = await read(grey(3, VALUES, { ...none, ...window }));
  assert.equal(words, "1040/400 (the file's)");
  assert.deepEqual((await read(grey(3, VALUES, { ...none, ...window, [Tag.RescaleSlope]: '1' }))).levels, levels);
  assert.deepEqual((await read(grey(3, VALUES, { ...none, ...window, [Tag.RescaleIntercept]: '0' }))).levels, levels);
  const range = (await read(grey(3, VALUES))).levels;
  assert.deepEqual((await read(grey(3, VALUES, { [Tag.RescaleIntercept]: undefined, [Tag.RescaleSlope]: '3' }))).levels, range);
  assert.deepEqual((await read(grey(3, VALUES, { [Tag.RescaleSlope]: undefined }))).levels, range);
});

test('what a file contradicts or lacks is refused by name', async () => {
  const cases: [Record<number, Entry[2] | undefined>, RegExp][] = [
    [{ [Tag.Rows]: undefined }, /Rows is missing/],
    [{ [Tag.Columns]: [0] }, /0 x 2 pixels: not an image/],
    [{ [Tag.PhotometricInterpretation]: 'HSV' }, /with HSV; supported are/],
    [{ [Tag.PhotometricInterpretation]: 'RGB' }, /1 samples a pixel do not make RGB/],
    [{ [Tag.BitsStored]: [17] }, /17 bits stored up to bit 15 do not fit 16/],
    [{ [Tag.HighBit]: [16] }, /do not fit 16/],
    [{ [Tag.BitsAllocated]: [12] }, /12 bits allocated/],
    [{ [Tag.NumberOfFrames]: '2' }, /12 bytes of pixel data, 24 needed/],
    [{ [Tag.NumberOfFrames]: '0' }, /NumberOfFrames is 0/],
    [{ [Tag.NumberOfFrames]: '99999999999' }, /bytes of pixel data/],
    [
      { [Tag.RescaleSlope]: undefined, [Tag.WindowCenter]: '40', [Tag.WindowWidth]: '400' },
      /only one of RescaleSlope and RescaleIntercept/,
    ],
    [{ [Tag.RescaleSlope]: '-2', [Tag.RescaleIntercept]: undefined }, /only one of RescaleSlope and RescaleIntercept/],
    [{ [Tag.RescaleSlope]: '0' }, /RescaleSlope is 0/],
    [{ [Tag.RescaleSlope]: 'one' }, /RescaleSlope is no number/],
    [{ [Tag.WindowCenter]: '40' }, /WindowCenter or WindowWidth without its pair/],
    [{ [Tag.WindowCenter]: '40', [Tag.WindowWidth]: '0' }, /window of width 0/],
    [{ [Tag.WindowCenter]: '40', [Tag.WindowWidth]: '5', [Tag.VOILUTFunction]: 'CUBIC' }, /unknown VOILUTFunction/],
    [{ [Tag.PixelData]: undefined }, /a DICOM file without pixels/],
  ];
  for (const [changes, why] of cases) await refused(grey(3, VALUES, changes), why);
  await refused([...grey(3, VALUES), [Tag.Rows, 'US', [3]]], /two elements Rows/);
  await refused(file(grey(3, VALUES), '1.2.840.10008.1.2.4.102'), /holds a video/);
  await refused(file(grey(3, VALUES), '1.2.840.10008.1.2.4.94'), /on a server/);
  await refused(file(grey(3, VALUES), '1.2.840.10008.1.2.4.110'), /transfer syntax 1\.2\.840\.10008\.1\.2\.4\.110, which is not read/);
  await refused(file(grey(3, VALUES), '1.2.840.10008.1.2.4.50'), /not compressed, as its transfer syntax states/);
});

test('a mask marks what is not 0, whatever its window', async () => {
  const image = await open(grey(3, [0, 1, 1, 0, 2, -1]), { as: 'mask' });
  assert.deepEqual([...(await image.frame(0)).raster.data], [0, 65535, 65535, 0, 65535, 65535]);
});

test('a mask in MONOCHROME1 marks what is not black, the largest stored value', async () => {
  const mask = (values: readonly number[], changes: Record<number, Entry[2]>): Entry[] =>
    grey(2, values, { [Tag.PhotometricInterpretation]: 'MONOCHROME1', ...changes });
  const marks = async (entries: Entry[]): Promise<number[]> => [...(await (await open(entries, { as: 'mask' })).frame(0)).raster.data];
  const twelve = { [Tag.BitsStored]: [12], [Tag.HighBit]: [11], [Tag.PixelRepresentation]: [0] };
  assert.deepEqual(await marks(mask([4095, 0, 4094, 4095], twelve)), [0, 65535, 65535, 0]);
  assert.deepEqual(await marks(mask([32767, 0, -1, 32767], {})), [0, 65535, 65535, 0]);
  await refused(mask([0, 1, 1, 0], twelve), /^x: a DICOM mask in MONOCHROME1 without a pixel of 4095, which is black there; save it as/, {
    as: 'mask',
  });
});

test('frames of single bits follow each other without a gap', async () => {
  const bits = grey(3, [0], {
    [Tag.Rows]: [1],
    [Tag.BitsAllocated]: [1],
    [Tag.BitsStored]: [1],
    [Tag.HighBit]: [0],
    [Tag.PixelRepresentation]: [0],
    [Tag.NumberOfFrames]: '3',
    [Tag.PixelData]: Buffer.of(0b10001101, 0b1),
  });
  const image = await open(bits);
  const frames: number[][] = [];
  for (let i = 0; i < 3; i++) frames.push([...(await image.frame(i)).raster.data].map((v) => v / 65535));
  assert.deepEqual(frames, [
    [1, 0, 1],
    [1, 0, 0],
    [0, 1, 1],
  ]);
});

test('the pixel data of an icon, sequences of undefined length and unknown elements are passed over', async () => {
  const sequence = (inside: Buffer): Buffer =>
    Buffer.concat([item(Tag.Item, 0xffffffff), inside, item(Tag.ItemEnd, 0), item(Tag.SequenceEnd, 0)]);
  const icon = sequence(element(Tag.PixelData, 'OB', 'icon'));
  const unknown = sequence(Buffer.concat([item(Tag.PixelData, 4), Buffer.from('icon')])); // implicit, without VR
  const entries = grey(3, VALUES).sort(([a], [b]) => a - b);
  const bytes = Buffer.concat([
    file(entries.slice(0, -1)),
    element(0x00880200, 'SQ', icon, 0xffffffff),
    element(0x00891001, 'UN', unknown, 0xffffffff),
    ...entries.slice(-1).map(([tag, vr, value]) => element(tag, vr, value)),
    Buffer.from('what follows is not read'),
  ]);
  const image = await openImageBytes(bytes, 'x', { window: 'brain' });
  assert.deepEqual([...(await image.frame(0)).raster.data], linear(40, 80));
});

test('hostile files are refused soon, and take little memory', async () => {
  const head = file([]);
  const deep = Buffer.concat(
    Array.from({ length: 20_000 }, () => [element(0x00081140, 'SQ', '', 0xffffffff), item(Tag.Item, 0xffffffff)]).flat(),
  );
  const one = element(0x00091010, 'CS', '');
  const many = Buffer.alloc(one.length * 1_000_000, one);
  const items = Buffer.alloc(8 * 2_000_000, item(Tag.Item, 0));
  const cases: [Buffer, RegExp][] = [
    [Buffer.concat([head, deep]), /more than 32 sequences within each other/],
    [Buffer.concat([head, many]), /without pixels/],
    [Buffer.concat([head, element(0x00081140, 'SQ', '', 0xffffffff), items]), /more than 1000000 items/],
    [Buffer.concat([head, element(Tag.PixelData, 'OB', '', 0xffffffff), items]), /more than 1000000 fragments/],
    [Buffer.concat([head, element(Tag.PixelData, 'OB', '', 0xfffffff0)]), /ends within the element PixelData/],
    [
      Buffer.concat([file([], '1.2.840.10008.1.2.1.99'), zlib.deflateRawSync(Buffer.alloc(600 * 2 ** 20), { level: 1 })]),
      /deflated .* of more than/,
    ],
    [Buffer.concat([file([], '1.2.840.10008.1.2.1.99'), Buffer.from('no deflated data')]), /deflated data is damaged/],
  ];
  for (const [bytes, why] of cases) {
    const started = process.cpuUsage();
    const before = process.memoryUsage().heapUsed;
    await refused(bytes, why);
    assert.ok(process.cpuUsage(started).user < 4e6, `${String(why)} took ${process.cpuUsage(started).user / 1e6} s`);
    assert.ok(process.memoryUsage().heapUsed - before < 2e8, String(why));
  }
});
