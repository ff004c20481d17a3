import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import zlib from 'node:zlib';
import { UserError } from '../../../src/common/errors';
import { openImageFile, type ImageFile } from '../../../src/image/node/image-file';
import type { ReadOptions } from '../../../src/image/node/stored-frames';
import { mutated } from './mutated';
import { niftiFile, type MadeNifti } from './nifti-file';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'nifti-'));
after(() => fs.rmSync(base, { recursive: true }));

let made = 0;
function put(bytes: Buffer, name = `${made++}.nii`): string {
  const file = path.join(base, name);
  fs.writeFileSync(file, bytes);
  return file;
}
const open = (nifti: MadeNifti, options: ReadOptions = {}): Promise<ImageFile> => openImageFile(put(niftiFile(nifti)), options);

/** Rows of a frame, as values of a window from 0 to 65535. */
async function rows(image: ImageFile, i: number): Promise<number[][]> {
  const { raster } = await image.frame(i);
  return Array.from({ length: raster.height }, (_, r) => Array.from(raster.data.subarray(r * raster.width, (r + 1) * raster.width)));
}

/** x + 10 y + 100 z in a volume of 2 x 3 x 4, so that each voxel tells where it is. */
const places = Array.from({ length: 24 }, (_, i) => (i % 2) + 10 * (Math.floor(i / 2) % 3) + 100 * Math.floor(i / 6));
const WHOLE = { window: '32767.5/65535' };

test('slices lie as a radiologist looks at them', async () => {
  const volume = { dims: [2, 3, 4], values: places, sizes: [1, 2, 3] as [number, number, number] };
  const axial = await open(volume, { ...WHOLE, axis: 'axial' });
  assert.deepEqual([axial.frames, axial.width, axial.height, axial.spacing], [4, 2, 3, { row: 2, column: 1, slice: 3 }]);
  assert.deepEqual(await rows(axial, 1), [[121, 120], [111, 110], [101, 100]]); // prettier-ignore
  const coronal = await open(volume, { ...WHOLE, axis: 'y' });
  assert.deepEqual([coronal.frames, coronal.spacing], [3, { row: 3, column: 1, slice: 2 }]);
  assert.deepEqual(await rows(coronal, 2), [[321, 320], [221, 220], [121, 120], [21, 20]]); // prettier-ignore
  const sagittal = await open(volume, { ...WHOLE, axis: 'Sagittal' });
  assert.deepEqual([sagittal.frames, sagittal.spacing], [2, { row: 3, column: 2, slice: 1 }]);
  assert.deepEqual(await rows(sagittal, 0), [[320, 310, 300], [220, 210, 200], [120, 110, 100], [20, 10, 0]]); // prettier-ignore
});

test('a file stored in another order shows the same slices', async () => {
  // stored axes: back, down, right; values by the place they have in RAS+
  const values = Array.from({ length: 24 }, (_, i) => {
    const [y, z, x] = [2 - (i % 3), 3 - (Math.floor(i / 3) % 4), Math.floor(i / 12)];
    return x + 10 * y + 100 * z;
  });
  const turned = { dims: [3, 4, 2], values, sform: [[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 0]] }; // prettier-ignore
  for (const axis of ['axial', 'coronal', 'sagittal']) {
    const [one, other] = [await open({ dims: [2, 3, 4], values: places }, { ...WHOLE, axis }), await open(turned, { ...WHOLE, axis })];
    assert.equal(one.frames, other.frames);
    for (let i = 0; i < one.frames; i++) assert.deepEqual(await rows(other, i), await rows(one, i));
  }
});

test('without an axis, cuts go across the thickest spacing, and axial if none is thicker', async () => {
  const axisFor = async (...sizes: [number, number, number]): Promise<string | undefined> =>
    (await open({ dims: [2, 3, 4], sizes })).cut?.axis;
  assert.equal(await axisFor(1, 1, 1), 'axial');
  assert.equal(await axisFor(1, 1.000001, 1), 'axial');
  assert.equal(await axisFor(1, 4, 3), 'coronal');
  assert.equal(await axisFor(5, 4, 3), 'sagittal');
  assert.equal((await open({ dims: [4, 3], sizes: [2, 3, 1] })).cut?.axis, 'axial'); // a flat image is one slice
  await assert.rejects(open({ dims: [2, 3, 4] }, { axis: 'w' }), /--axis: expected sagittal, coronal, axial, x, y or z, got "w"/);
});

test('one window for all slices: the range of the volume without NaN and infinity, or a given one', async () => {
  const values = [NaN, Infinity, -Infinity, 0, 50, 100];
  const ranged = await open({ dims: [3, 1, 2], values, slope: 2, intercept: -10 });
  assert.deepEqual([await rows(ranged, 0), await rows(ranged, 1)], [[[0, 65535, 0]], [[65535, 32768, 0]]]);
  assert.equal(ranged.window?.(0), 'range of the volume -10..190');
  const windowed = await open({ dims: [3, 1, 1], values: [39, 60, 81] }, { window: 'brain' }); // 0..80
  assert.deepEqual(await rows(windowed, 0), [[65535, Math.round((65535 * 60) / 80), Math.round((65535 * 39) / 80)]]);
  assert.equal(windowed.window?.(0), 'brain');
  const flat = await open({ dims: [2, 1, 1], values: [7, 7] });
  assert.deepEqual(await rows(flat, 0), [[0, 0]]);
  const empty = await open({ dims: [2, 1, 1], values: [NaN, NaN] });
  await assert.rejects(empty.frame(0), /no finite values/);
  for (const window of ['40/0', 'throat', '40/-3', 'constructor'])
    await assert.rejects(open({ dims: [1, 1, 1] }, { window }), /--window: expected .*CENTRE\/WIDTH/);
  await assert.rejects(open({ dims: [1, 1, 1] }, { window: '1' }), /--window 1: .*states no window/);
});

test('a series of volumes: the first one, or the one asked for, with its own range', async () => {
  const series = { dims: [1, 1, 2, 3], values: [0, 1, 10, 20, 5, 7] };
  const second = await open(series, { volume: 1 });
  assert.deepEqual([second.frames, second.cut?.volume, second.cut?.volumes], [2, 1, 3]);
  assert.deepEqual([await rows(second, 0), second.window?.(0)], [[[0]], 'range of the volume 10..20']);
  assert.deepEqual((await open(series)).cut?.volume, 0);
  await assert.rejects(open(series, { volume: 3 }), /--volume 3: .* has the volumes 0 to 2/);
  const values = await second.values?.();
  assert.deepEqual([values?.shape, [...(values?.parts ?? [])].map((part) => [...part])], [[1, 1, 2, 3], [[0, 10, 5, 1, 20, 7]]]);
});

test('units of the voxel sizes become mm', async () => {
  const bytes = niftiFile({ dims: [2, 2, 2], sizes: [0.001, 0.001, 0.002] });
  bytes[123] = 1; // metres
  const { spacing } = await openImageFile(put(bytes));
  assert.deepEqual(
    [spacing?.row, spacing?.slice].map((v) => Number(v?.toFixed(6))),
    [1, 2],
  );
});

test('a pair is found by its name, compressed or not, in any case of the extension', async () => {
  const whole = niftiFile({ dims: [2, 1, 1], values: [3, 4] });
  const header = Buffer.from(whole.subarray(0, 348));
  header.write('ni1\0', 344, 'latin1');
  header.writeFloatLE(0, 108);
  put(zlib.gzipSync(whole.subarray(352)), 'pair.IMG.gz');
  assert.deepEqual(await rows(await openImageFile(put(header, 'pair.hdr'), { window: '4/2' }), 0), [[32768, 0]]);
  put(whole.subarray(352), 'other.img');
  await assert.rejects(openImageFile(path.join(base, 'other.img')), /of a NIfTI pair give the \.hdr/);
});

test('compressed files: bombs, liars and cut streams are refused', async () => {
  const small = niftiFile({ dims: [2, 2, 2] });
  const read = async (bytes: Buffer): Promise<unknown> => (await openImageFile(put(bytes))).frame(0);
  const bomb = zlib.gzipSync(Buffer.concat([small, Buffer.alloc(40 * 2 ** 20)]));
  await assert.rejects(read(bomb), /goes on after the 384 bytes/);
  const liar = Buffer.from(small);
  liar.writeInt16LE(3000, 42);
  liar.writeInt16LE(3000, 44);
  await assert.rejects(read(zlib.gzipSync(liar)), /header claims 3000 x 3000 x 2 voxels/);
  const dense = zlib.gzipSync(niftiFile({ dims: [9, 9, 9], values: Array.from({ length: 729 }, (_, i) => Math.sin(i)) }));
  for (const cut of [dense.length - 1, dense.length - 9, 900]) await assert.rejects(read(dense.subarray(0, cut)), /ends early/);
  dense[dense.length - 6] ^= 1; // its sum
  await assert.rejects(read(dense), /damaged/);
  await read(zlib.gzipSync(Buffer.concat([small, Buffer.alloc(1000)]))); // a few bytes more do no harm
});

test('headers that contradict themselves are refused by name', async () => {
  const wrong = async (change: (bytes: Buffer) => void, message: RegExp): Promise<void> => {
    const bytes = niftiFile({ dims: [2, 2, 2] });
    change(bytes);
    const read = async (): Promise<unknown> => (await openImageFile(put(bytes))).frame(0);
    await assert.rejects(read, (error: Error) => error instanceof UserError && message.test(error.message));
  };
  await wrong((b) => b.writeFloatLE(300, 108), /voxels begin at byte 300; expected 352 or a later/);
  await wrong((b) => b.writeFloatLE(NaN, 108), /voxels begin at byte NaN/);
  await wrong((b) => b.writeFloatLE(352.5, 108), /voxels begin at byte 352.5/);
  await wrong((b) => b.writeFloatLE(NaN, 116), /slope 1 and the intercept NaN/);
  await wrong((b) => b.writeFloatLE(NaN, 280), /affine has values that are no numbers/);
  await wrong((b) => b.writeFloatLE(0, 280), /does not have three directions/);
  await wrong((b) => b.writeInt16LE(128, 70), /voxels of the type RGB/);
  await wrong((b) => b.writeInt16LE(99, 70), /unknown type 99/);
  await wrong((b) => b.writeInt32LE(349, 0), /gives itself 349 bytes/);
  await wrong((b) => {
    b.writeInt16LE(5, 40);
    [1, 3].forEach((n, i) => b.writeInt16LE(n, 48 + 2 * i));
  }, /5 axes \(2 x 2 x 2 x 1 x 3\)/);
});

test('damaged files are read or refused in one line, quickly and without memory that they do not fill', async () => {
  const golden = path.join(__dirname, '../../golden/clinical/nifti');
  const names = ['ras.nii', 'big_endian.nii', 'nifti2.nii', 'qform_only.nii', 'gz.nii.gz', 'four_d.nii.gz'];
  for (let seed = 0; seed < 60; seed++) {
    const bytes = mutated(fs.readFileSync(path.join(golden, names[seed % names.length])), seed);
    const file = put(bytes, 'damaged.nii');
    const [start, held] = [performance.now(), process.memoryUsage().arrayBuffers];
    try {
      await (await openImageFile(file)).frame(0);
    } catch (error) {
      assert.ok(error instanceof UserError && !error.message.includes('\n'), `seed ${seed}: ${(error as Error).stack}`);
    }
    assert.ok(performance.now() - start < 5000, `seed ${seed}`);
    assert.ok(process.memoryUsage().arrayBuffers - held < 4 * bytes.length + 16 * 2 ** 20, `seed ${seed}`);
  }
});
