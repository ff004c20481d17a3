import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { decodeImage } from '../../../src/image/node/decode';
import { openImageBytes } from '../../../src/image/node/image-file';
import { toGray, toRgb } from '../../../src/image/grey';
import { loadDeepGray, loadTestRgb, loadTrainGray } from '../../../src/image/node/load';
import { decodeLzw } from '../../../src/image/node/tiff/lzw';
import { decodePackBits } from '../../../src/image/node/tiff/packbits';

const GOLDEN = 'test/golden/decode';
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'tiff-'));
after(() => fs.rmSync(dir, { recursive: true }));

const golden = (name: string): Buffer => fs.readFileSync(path.join(GOLDEN, `${name}.tif`));

/** Half noise, half ramps: codes of all widths, and tables that fill up. */
function picture(width: number, height: number, channels: 1 | 3, deep: boolean): Uint8Array | Uint16Array {
  let state = 7;
  const next = (i: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return i % (width * channels) < (width * channels) / 2 ? state >>> 16 : i * 3;
  };
  const length = width * height * channels;
  return deep ? Uint16Array.from({ length }, (_, i) => next(i)) : Uint8Array.from({ length }, (_, i) => next(i));
}

test('files written by sharp decode to the same pixels: all codes, predictors, strips, tiles', async () => {
  const [width, height] = [301, 203];
  for (const [channels, deep] of [
    [1, false],
    [3, false],
    [1, true],
    [3, true],
  ] as const) {
    const data = picture(width, height, channels, deep);
    const space = deep ? (channels === 1 ? 'grey16' : 'rgb16') : channels === 1 ? 'b-w' : 'srgb';
    for (const compression of ['none', 'lzw', 'deflate', 'packbits'] as const) {
      for (const predictor of ['none', 'horizontal'] as const) {
        for (const tile of [false, true]) {
          const bytes = await sharp(data, { raw: { width, height, channels } })
            .toColourspace(space)
            .tiff({ compression, predictor, tile, tileWidth: 64, tileHeight: 48 })
            .toBuffer();
          const { raster, indexed } = await decodeImage(bytes, 'x.tif');
          const name = `${compression} ${predictor} ${tile} ${channels} ${deep}`;
          assert.deepEqual([raster.width, raster.height, raster.channels, indexed], [width, height, channels, false], name);
          assert.ok(Buffer.compare(Buffer.from(raster.data.buffer), Buffer.from(data.buffer)) === 0, name);
        }
      }
    }
  }
});

test('JPEG and fax codes in a TIFF', async () => {
  const grey = Uint8Array.from({ length: 64 * 48 }, (_, i) => (i % 64) * 4);
  const image = sharp(grey, { raw: { width: 64, height: 48, channels: 1 } }).toColourspace('b-w');
  const jpeg = (await decodeImage(await image.clone().tiff({ compression: 'jpeg', quality: 95 }).toBuffer(), 'a.tif')).raster;
  assert.ok(jpeg.data.every((v, i) => Math.abs(v - grey[i]) <= 6));
  const fax = await decodeImage(await image.clone().threshold(128).tiff({ compression: 'ccittfax4', bitdepth: 1 }).toBuffer(), 'b.tif');
  assert.deepEqual([...toGray(fax.raster).data], [...grey.map((v) => (v >= 128 ? 255 : 0))]);
  assert.equal(fax.indexed, true);
});

test('LZW by hand: literals, a string of the table, the code that is being made', () => {
  const codes = [256, 7, 7, 258, 258, 260, 9, 257];
  const bits = codes.map((code) => code.toString(2).padStart(9, '0')).join('');
  const bytes = Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8).padEnd(8, '0'), 2));
  assert.deepEqual([...decodeLzw(bytes, 10)], [7, 7, 7, 7, 7, 7, 7, 7, 7, 9]);
  assert.deepEqual([...decodeLzw(bytes, 4)], [7, 7, 7, 7]);
  assert.throws(() => decodeLzw(bytes, 11), /ends after 10 of 11 bytes/);
  assert.throws(() => decodeLzw(Uint8Array.of(0x80, 0x7f, 0xff, 0xff), 9), /damaged/);
});

test('PackBits: the example of the specification', () => {
  const packed = Uint8Array.of(0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa);
  const hex = 'aaaaaa80002aaaaaaaaa80002a22aaaaaaaaaaaaaaaaaaaa';
  assert.equal(Buffer.from(decodePackBits(packed, 24)).toString('hex'), hex);
  assert.throws(() => decodePackBits(packed, 25), /truncated/);
});

test('training and testing see the same pixels if an extra sample has no meaning', async () => {
  for (const name of ['extra-unspecified', 'extra-not-stated', 'extra-two', 'extra-unset-opacity', 'ycbcr', 'ycbcr-extra']) {
    const file = path.join(GOLDEN, `${name}.tif`);
    const { raster, alpha } = await decodeImage(golden(name), name);
    assert.equal(alpha, undefined, name);
    const [train, tested, deep] = await Promise.all([loadTrainGray(file, 8), loadTestRgb(file, 8), loadDeepGray(file, 8)]);
    assert.deepEqual(train.data, toGray(tested).data, name);
    assert.deepEqual(deep.data, train.data, name);
    assert.ok(new Set(toRgb(raster).data).size > 20, 'there is a picture');
  }
});

test('opacity that the file states is kept apart', async () => {
  const { alpha } = await decodeImage(golden('extra-unassociated'), 'x');
  assert.ok(alpha && new Set(alpha).size > 20);
  assert.ok((await decodeImage(golden('extra-associated'), 'x')).alpha);
  assert.ok((await decodeImage(golden('extra-grey-opacity'), 'x')).alpha);
});

test('palettes and single bits are reported', async () => {
  for (const [name, indexed] of [
    ['palette', true],
    ['palette-4', true],
    ['bits-1-0', true],
    ['bits-2', false],
    ['cmyk', false],
  ] as const) {
    assert.equal((await decodeImage(golden(name), name)).indexed, indexed, name);
  }
});

test('pages are counted; copies of reduced size and masks are none', async () => {
  const counted = { 'pages-3': 3, 'pages-3-big': 3, 'pages-imagej': 5, 'pages-preview-first': 1, 'pages-preview-last': 1, 'bigtiff-16': 1 };
  for (const [name, frames] of Object.entries(counted)) assert.equal((await openImageBytes(golden(name), name)).frames, frames, name);
});

test('a small file that claims much is refused before memory is taken', async () => {
  const bytes = golden('float-64');
  const started = Date.now();
  const before = process.memoryUsage().arrayBuffers;
  for (const tag of [256, 257, 278]) {
    for (let at = bytes.length - 4 - 12; at > 0; at -= 12) if (bytes.readUInt16LE(at) === tag) bytes.writeUInt32LE(9000, at + 8);
  }
  await assert.rejects(decodeImage(bytes, 'x.tif'), /x\.tif: .*truncated/);
  assert.ok(Date.now() - started < 1000 && process.memoryUsage().arrayBuffers - before < 5e7);
});

test('directories that lead back, or nowhere, are refused', async () => {
  const bytes = golden('pages-3');
  const first = bytes.readUInt32LE(4);
  const link = first + 2 + 12 * bytes.readUInt16LE(first);
  bytes.writeUInt32LE(first, link);
  await assert.rejects(decodeImage(bytes, 'x.tif'), /lead back into themselves/);
  bytes.writeUInt32LE(0x7fffffff, link);
  await assert.rejects(decodeImage(bytes, 'x.tif'), /truncated/);
});
