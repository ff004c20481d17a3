import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { UserError } from '../../../src/common/errors';
import { ByteBudget } from '../../../src/image/node/budget';
import { decodeImage, readImage } from '../../../src/image/node/decode';
import { bitmap } from './bitmap';
import { chunk, pngOf } from './png';
import { tiffFile } from './tiff-file';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'limits-'));
after(() => fs.rmSync(dir, { recursive: true }));

async function refused(work: Promise<unknown>, pattern: RegExp): Promise<void> {
  await assert.rejects(work, (error: Error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes('\n'), error.message);
    return true;
  });
}

test('the budget is shared: work waits until its bytes are free, and more than all of it runs alone', async () => {
  const budget = new ByteBudget(100);
  let held = 0;
  let most = 0;
  const sizes = [60, 60, 30, 500, 10, 90, 100, 1];
  const done: number[] = [];
  await Promise.all(
    sizes.map((size) =>
      budget.use(size, async () => {
        held += Math.min(size, 100);
        most = Math.max(most, held);
        await new Promise((resolve) => setTimeout(resolve, 5));
        held -= Math.min(size, 100);
        done.push(size);
      }),
    ),
  );
  assert.equal(done.length, sizes.length);
  assert.ok(most <= 100 && most >= 90, String(most));
});

test('work that fails gives its bytes back', async () => {
  const budget = new ByteBudget(10);
  await assert.rejects(
    budget.use(10, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await budget.use(10, () => Promise.resolve(7)), 7);
});

test('twelve kilobytes that are 100 megapixels, five at once, stay within 650 MB', async () => {
  const row = Buffer.alloc(1 + 10_000 / 8);
  const file = path.join(dir, 'large.png');
  fs.writeFileSync(file, pngOf(10_000, 10_000, [1, 0, 0, 0, 0], deflateSync(Buffer.concat(Array<Buffer>(10_000).fill(row)))));
  assert.ok(fs.statSync(file).size < 20_000);
  const program = `
    require('tsx/cjs');
    const { loadTestRgb } = require('./src/image/node/load.ts');
    Promise.all(Array.from({ length: 5 }, () => loadTestRgb(${JSON.stringify(file)}, 8))).then((images) => {
      console.log(images.every(({ data }) => data.every((v) => v === 0)), Math.round(process.resourceUsage().maxRSS / 1024));
    });`;
  const [black, megabytes] = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }).trim().split(' ');
  assert.equal(black, 'true');
  assert.ok(Number(megabytes) < 650, `${megabytes} MB`);
});

test('a file of more than 100 megapixels is refused with the limit and a remedy', async () => {
  const line = /x\.png: 10001 x 10000 pixels; at most 100 megapixels are supported: scale the image down, or crop it$/;
  await refused(decodeImage(pngOf(10_001, 10_000, [8, 0, 0, 0, 0], deflateSync(Buffer.alloc(9))), 'x.png'), line);
  const claimed = bitmap(2, 2, 24, Array<number>(12).fill(0));
  claimed.writeInt32LE(20_000, 18);
  claimed.writeInt32LE(20_000, 22);
  await refused(decodeImage(claimed, 'x.bmp'), /x\.bmp: 20000 x 20000 pixels; at most 100 megapixels/);
});

test('an image with wide samples that needs more than a gigabyte is refused, and the error names its need', async () => {
  await refused(decodeImage(pngOf(10_000, 10_000, [16, 6, 0, 0, 0]), 'x.png'), /x\.png: 10000 x 10000 pixels of this kind need 1526 MB/);
});

test('a multi-picture JPEG is refused; a preview, or the map of a picture for bright screens, is no picture', async () => {
  const pixels = (width: number): sharp.Sharp =>
    sharp(
      Uint8Array.from({ length: width * 8 }, (_, i) => i * 3),
      { raw: { width, height: 8, channels: 1 } },
    );
  const second = await pixels(16).jpeg().toBuffer();
  const small = await pixels(8).jpeg().toBuffer();
  const first = await pixels(16).jpeg().toBuffer();
  /** Both pictures with the index (MPF) that CIPA DC-007 describes; offsets count from its byte order mark. */
  const mpo = (type: number, other: Buffer, note = Buffer.alloc(0), little = true): Buffer => {
    const index = Buffer.alloc(8 + 2 + 3 * 12 + 4 + 32);
    const u16 = (v: number, at: number): number => (little ? index.writeUInt16LE(v, at) : index.writeUInt16BE(v, at));
    const u32 = (v: number, at: number): number => (little ? index.writeUInt32LE(v, at) : index.writeUInt32BE(v, at));
    index.write(little ? 'II' : 'MM');
    u16(42, 2);
    u32(8, 4);
    u16(3, 8);
    const tags = [
      [0xb000, 7, 4, 0x30303130],
      [0xb001, 4, 1, 2],
      [0xb002, 7, 32, 50],
    ];
    tags.forEach(([tag, kind, count, value], i) => {
      u16(tag, 10 + 12 * i);
      u16(kind, 12 + 12 * i);
      u32(count, 14 + 12 * i);
      u32(value, 18 + 12 * i);
    });
    const segment = Buffer.concat([Buffer.of(0xff, 0xe2, 0, 2 + 4 + index.length), Buffer.from('MPF\0')]);
    const start = 2 + note.length + segment.length;
    u32(0x20030000, 50);
    u32(first.length, 54);
    u32(type, 66);
    u32(other.length, 70);
    u32(first.length + note.length + segment.length + index.length - start, 74);
    return Buffer.concat([first.subarray(0, 2), note, segment, index, first.subarray(2), other]);
  };
  for (const little of [true, false]) {
    await refused(decodeImage(mpo(0x020002, second, undefined, little), 'x.jpg'), /x\.jpg: holds 2 images/);
    await refused(decodeImage(mpo(0, second, undefined, little), 'x.jpg'), /x\.jpg: holds 2 images/);
  }
  await decodeImage(mpo(0x010001, second), 'x.jpg');
  await decodeImage(mpo(0, small), 'x.jpg');
  const gain = Buffer.from('hdrgm:Version="1.0"');
  await decodeImage(mpo(0, second, Buffer.concat([Buffer.of(0xff, 0xe1, 0, 2 + gain.length), gain])), 'x.jpg');
  await decodeImage(mpo(0x020002, second).subarray(0, 90), 'x.jpg').catch((error: unknown) => assert.ok(error instanceof UserError));
});

test('a JPEG of very many scans is refused; one that only holds their marker elsewhere is read', async () => {
  const noise = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * i * 31) >> 3);
  const image = sharp(noise, { raw: { width: 64, height: 64, channels: 1 } }).toColourspace('b-w');
  const jpeg = await image.jpeg({ progressive: true }).toBuffer();
  const last = jpeg.lastIndexOf(Buffer.of(0xff, 0xda));
  const scan = jpeg.subarray(last, jpeg.length - 2);
  const end = jpeg.subarray(jpeg.length - 2);
  const scans = (n: number): Buffer => Buffer.concat([jpeg.subarray(0, last), ...Array<Buffer>(n).fill(scan), end]);
  await refused(decodeImage(scans(150), 'x.jpg'), /x\.jpg: a JPEG with more than 100 scans/);
  const inTiff = (n: number): Buffer => tiffFile({ 256: 64, 257: 64, 258: 8, 259: 7, 262: 1, 277: 1, 278: 64 }, scans(n));
  await refused(decodeImage(inTiff(150), 'x.tif'), /x\.tif: a JPEG with more than 100 scans/);
  assert.deepEqual((await decodeImage(inTiff(1), 'x.tif')).raster, (await decodeImage(jpeg, 'x.jpg')).raster);
  const trailing = Buffer.concat([jpeg, Buffer.alloc(1000, Buffer.of(0xff, 0xda))]);
  assert.deepEqual((await decodeImage(trailing, 'x.jpg')).raster, (await decodeImage(jpeg, 'x.jpg')).raster);
  const comment = Buffer.concat([Buffer.of(0xff, 0xfe, 0x03, 0xe8), Buffer.alloc(998, Buffer.of(0xff, 0xda))]);
  await decodeImage(Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]), 'x.jpg');
});

test('the pixels of a bitmap lie behind its header and palette', async () => {
  const started = (bytes: Buffer, start: number): Buffer => {
    const changed = Buffer.concat([bytes, Buffer.alloc(64)]);
    changed.writeUInt32LE(start, 10);
    return changed;
  };
  const plain = bitmap(2, 2, 24, Array<number>(12).fill(9));
  const palette = bitmap(2, 2, 8, [0, 1, 1, 0], { palette: [1, 2, 3, 4, 5, 6] });
  for (const start of [0, 2, 53]) await refused(decodeImage(started(plain, start), 'x.bmp'), /pixels start at byte/);
  for (const start of [0, 54, 61]) await refused(decodeImage(started(palette, start), 'x.bmp'), /pixels start at byte/);
  await decodeImage(started(plain, 54), 'x.bmp');
  await decodeImage(started(plain, 60), 'x.bmp');
  await decodeImage(started(palette, 62), 'x.bmp');
});

test('an animated PNG is refused with the number of its frames', async () => {
  const png = await sharp(Uint8Array.of(1, 2, 3, 4), { raw: { width: 2, height: 2, channels: 1 } })
    .png()
    .toBuffer();
  const animated = (frames: number): Buffer => {
    const control = Buffer.alloc(8);
    control.writeUInt32BE(frames);
    return Buffer.concat([png.subarray(0, 33), chunk('acTL', control), png.subarray(33)]);
  };
  await refused(decodeImage(animated(12), 'x.png'), /x\.png: holds 12 images/);
  await decodeImage(animated(1), 'x.png');
});

test('files that cannot be read: one line with the reason', async () => {
  const at = (name: string): string => path.join(dir, name);
  fs.writeFileSync(at('empty.png'), '');
  fs.symlinkSync('loop.png', at('loop.png'));
  await refused(readImage(at('empty.png')), /empty\.png: is empty \(0 bytes\)/);
  await refused(readImage(at('loop.png')), /loop\.png: cannot be read \(ELOOP: the links/);
  await refused(readImage(at('x'.repeat(300) + '.png')), /cannot be read \(ENAMETOOLONG: the name is longer/);
  await refused(readImage(at('a\0.png')), /cannot be read/);
});
