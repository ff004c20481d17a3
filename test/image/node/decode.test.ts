import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { UserError } from '../../../src/common/errors';
import { decodeImage, readImage } from '../../../src/image/node/decode';
import { encodePng, writePng } from '../../../src/image/node/encode';
import type { Raster } from '../../../src/image/image';
import { loadTestRgb, loadTrainGray } from '../../../src/image/node/load';
import { loadMask } from '../../../src/image/node/mask';
import { bitmap } from './bitmap';
import { chunk, pngOf } from './png';
import { tiffFile } from './tiff-file';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'decode-'));
after(() => fs.rmSync(dir, { recursive: true }));

const rgb = { width: 3, height: 2, channels: 3 as const, data: Uint8Array.from({ length: 18 }, (_, i) => (i * 37) % 256) };
const grey = { width: 3, height: 2, channels: 1 as const, data: Uint8Array.of(0, 1, 2, 100, 254, 255) };
const deep = { width: 3, height: 2, channels: 1 as const, data: Uint16Array.of(0, 1, 257, 1000, 40000, 65535) };
const deepRgb = { width: 1, height: 2, channels: 3 as const, data: Uint16Array.of(0, 1, 257, 1000, 40000, 65535) };

async function refused(bytes: Buffer, pattern: RegExp): Promise<void> {
  await assert.rejects(decodeImage(bytes, 'scan.x'), (error: Error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, pattern);
    assert.ok(error.message.startsWith('scan.x: ') && !error.message.includes('\n'), error.message);
    return true;
  });
}

test('PNG of 8 and 16 bits, grey and RGB, comes back as it was written', async () => {
  for (const image of [rgb, grey, deep, deepRgb]) {
    const file = path.join(dir, 'a', 'image.png');
    await writePng(file, image);
    assert.deepEqual(await readImage(file), image);
  }
});

test('TIFF of 8 and 16 bits', async () => {
  const raw = { width: 3, height: 2, channels: 3 as const };
  const { raster } = await decodeImage(await sharp(rgb.data, { raw }).tiff({ compression: 'lzw' }).toBuffer(), 'a.tif');
  assert.deepEqual(raster, rgb);
  const one = await sharp(deep.data, { raw: { ...raw, channels: 1 } })
    .toColourspace('grey16')
    .tiff({ compression: 'none' })
    .toBuffer();
  assert.deepEqual((await decodeImage(one, 'b.tif')).raster, deep);
});

test('TIFF: its own orientation is applied, a palette is one', async () => {
  const raw = { width: 3, height: 2, channels: 1 as const };
  const tiff = (orientation: number): Promise<Buffer> =>
    sharp(Buffer.from([1, 2, 3, 4, 5, 6]), { raw })
      .toColourspace('b-w')
      .withMetadata({ orientation })
      .tiff({ compression: 'lzw' })
      .toBuffer();
  const turned = (await decodeImage(await tiff(6), 'a.tif')).raster;
  assert.deepEqual([turned.width, turned.height, ...firstChannel(turned)], [2, 3, 4, 1, 5, 2, 6, 3]);
  const plain = await tiff(1);
  const { raster, indexed } = await decodeImage(plain, 'b.tif');
  assert.deepEqual([indexed, ...firstChannel(raster)], [false, 1, 2, 3, 4, 5, 6]);
  assert.equal((await decodeImage(paletteTiff(), 'c.tif')).indexed, true);
});

const firstChannel = ({ channels, data }: Raster): number[] => [...data].filter((_, i) => i % channels === 0);

/** Two pixels, numbers 1 and 0 of a palette of red and green, 4 bits each. */
function paletteTiff(): Buffer {
  const palette = Array<number>(48).fill(0);
  palette[0] = palette[16 + 1] = 0xffff;
  return tiffFile({ 256: 2, 257: 1, 258: 4, 259: 1, 262: 3, 277: 1, 278: 1, 320: palette }, Uint8Array.of(0x10));
}

test('opacity is kept apart and not blended', async () => {
  const rgba = Buffer.from([10, 20, 30, 0, 40, 50, 60, 128]);
  const png = await sharp(rgba, { raw: { width: 2, height: 1, channels: 4 } })
    .png()
    .toBuffer();
  const { raster, alpha } = await decodeImage(png, 'a.png');
  assert.deepEqual([...raster.data], [10, 20, 30, 40, 50, 60]);
  assert.deepEqual([...(alpha ?? [])], [0, 128]);
});

test('CMYK becomes RGB by the plain formula, without a profile', async () => {
  const { raster } = await decodeImage(cmykTiff(4, 1, [0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 128, 0, 64, 100]), 'a.tif');
  assert.deepEqual([...raster.data], [255, 255, 255, 0, 255, 255, 0, 0, 0, 155 - 78, 155, 155 - 39]);
});

test('a colour profile is not applied', async () => {
  const plain = await encodePng(rgb);
  const { icc } = await sharp(await sharp(plain).withIccProfile('p3').png().toBuffer()).metadata();
  assert.ok(icc && icc.length > 100);
  const profile = chunk('iCCP', Buffer.concat([Buffer.from('p3\0\0', 'latin1'), deflateSync(icc)]));
  const tagged = Buffer.concat([plain.subarray(0, 33), profile, plain.subarray(33)]);
  assert.equal((await sharp(tagged).metadata()).hasProfile, true);
  assert.notDeepEqual(new Uint8Array(await sharp(tagged).raw().toBuffer()), rgb.data);
  assert.deepEqual((await decodeImage(tagged, 'a.png')).raster, rgb);
});

test('the bytes tell the format, not the name', async () => {
  const file = path.join(dir, 'really-a-png.jpg');
  await writePng(file, grey);
  assert.deepEqual(await readImage(file), grey);
});

test('a bitmap of 24 bits, bottom up and top down', async () => {
  for (const topDown of [false, true]) {
    const { raster } = await decodeImage(bitmap(3, 2, 24, rgb.data, { topDown }), 'a.bmp');
    assert.deepEqual(raster, rgb);
  }
});

test('bitmaps with palettes of 1, 4 and 8 bits', async () => {
  const palette = [10, 20, 30, 200, 150, 100, 1, 2, 3];
  for (const [bits, indices] of [
    [1, [0, 1, 1, 1, 0, 0]],
    [4, [0, 1, 2, 2, 1, 0]],
    [8, [2, 1, 0, 0, 1, 2]],
  ] as const) {
    const colours = bits === 1 ? palette.slice(0, 6) : palette;
    const { raster, indexed } = await decodeImage(bitmap(3, 2, bits, indices, { palette: colours }), 'a.bmp');
    assert.deepEqual(
      [...raster.data],
      indices.flatMap((i) => palette.slice(i * 3, i * 3 + 3)),
    );
    assert.equal(indexed, true);
  }
});

test('hostile and damaged bitmaps are refused before anything is allocated', async () => {
  const good = bitmap(3, 2, 24, rgb.data);
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(good);
    change(bytes);
    return bytes;
  };
  await refused(
    changed((b) => b.writeInt32LE(0x7fffffff, 18)),
    /2147483647 x 2 pixels/,
  );
  await refused(
    changed((b) => b.writeInt32LE(9000, 22)),
    /truncated/,
  );
  await refused(
    changed((b) => b.writeInt32LE(-3, 18)),
    /-3 x 2/,
  );
  await refused(
    changed((b) => b.writeUInt32LE(1, 30)),
    /run-length/,
  );
  await refused(good.subarray(0, good.length - 1), /truncated/);
  await refused(good.subarray(0, 20), /20 bytes/);
  await refused(bitmap(3, 2, 8, [0, 0, 0, 0, 0, 0], { palette: [1, 2, 3], colours: 300 }), /palette of 300/);
});

test('truncated JPEG, PNG and TIFF are refused', async () => {
  const noise = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) >> 3));
  const image = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
  for (const bytes of [
    await image.clone().jpeg().toBuffer(),
    await image.clone().png().toBuffer(),
    await image.clone().tiff({ compression: 'none' }).toBuffer(),
  ]) {
    await decodeImage(bytes, 'whole');
    await refused(bytes.subarray(0, bytes.length >> 1), /cannot be decoded/);
    await refused(bytes.subarray(0, 20), /cannot be decoded/);
  }
});

test('a header that claims billions of pixels is refused at once', async () => {
  const started = Date.now();
  await refused(pngOf(60000, 60000), /at most 100 megapixels/);
  assert.ok(Date.now() - started < 1000);
});

test('other files are refused: text, nothing, GIF, a folder, none', async () => {
  await refused(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /not an image of a known kind/);
  await refused(Buffer.alloc(0), /is empty/);
  await refused(Buffer.from('GIF89a...........'), /not an image of a known kind/);
  await assert.rejects(readImage(dir), /not a file/);
  await assert.rejects(readImage(path.join(dir, 'none.png')), /none\.png: cannot be read \(ENOENT\)/);
});

test('a palette is resized by NEAREST for training, and by BILINEAR for the test', async () => {
  const file = path.join(dir, 'palette.bmp');
  fs.writeFileSync(file, bitmap(4, 1, 8, [0, 1, 1, 0], { palette: [255, 255, 255, 0, 0, 0] }));
  assert.deepEqual([...(await loadTrainGray(file, 2)).data], [0, 255, 0, 255]);
  assert.ok((await loadTestRgb(file, 2)).data.every((value) => value > 50 && value < 200));
});

test('a mask is 1 wherever it is not 0, even with 16 bits', async () => {
  const file = path.join(dir, 'mask.png');
  await writePng(file, { width: 2, height: 2, channels: 1, data: Uint16Array.of(0, 1, 255, 65535) });
  assert.deepEqual([...(await loadMask(file, 2))], [0, 1, 1, 1]);
  await writePng(file, { width: 2, height: 2, channels: 1, data: Uint8Array.of(3, 0, 0, 255) });
  assert.deepEqual([...(await loadMask(file, 4))], [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1]);
});

test('a JPEG mask counts where it is nearer to white, not where compression left traces', async () => {
  const file = path.join(dir, 'mask.jpg');
  const square = Uint8Array.from({ length: 32 * 32 }, (_, i) => (i % 32 > 9 && i % 32 < 21 && i > 10 * 32 && i < 22 * 32 ? 255 : 0));
  await sharp(square, { raw: { width: 32, height: 32, channels: 1 } })
    .jpeg({ quality: 70 })
    .toFile(file);
  const { data } = await readImage(file);
  assert.ok(data.filter((v) => v !== 0).length > 1.2 * square.filter((v) => v !== 0).length, 'there are traces');
  assert.deepEqual([...(await loadMask(file, 32))], [...square.map((v) => v / 255)]);
});

test('data that does not fill the image is not written', async () => {
  await assert.rejects(encodePng({ width: 2, height: 2, channels: 1, data: new Uint8Array(3) }), /3 values for 2 x 2 x 1/);
});

/** An uncompressed CMYK TIFF. */
function cmykTiff(width: number, height: number, values: number[]): Buffer {
  return tiffFile({ 256: width, 257: height, 258: [8, 8, 8, 8], 259: 1, 262: 5, 277: 4, 278: height }, Uint8Array.from(values));
}
