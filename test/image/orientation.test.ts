import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { decodeImage } from '../../src/image/node/decode';
import { orient } from '../../src/image/orientation';
import { chunk, pngOf } from './node/png';
import { tiffFile } from './node/tiff-file';

// A picture of 3 x 2, upright: a b c / d e f.
const UPRIGHT = [1, 2, 3, 4, 5, 6];

/** How each orientation stores it: EXIF names the sides where the first row and the first column lie. */
const STORED: Record<number, number[][]> = {
  1: [[1, 2, 3], [4, 5, 6]], // prettier-ignore
  2: [[3, 2, 1], [6, 5, 4]], // prettier-ignore
  3: [[6, 5, 4], [3, 2, 1]], // prettier-ignore
  4: [[4, 5, 6], [1, 2, 3]], // prettier-ignore
  5: [[1, 4], [2, 5], [3, 6]], // prettier-ignore
  6: [[3, 6], [2, 5], [1, 4]], // prettier-ignore
  7: [[6, 3], [5, 2], [4, 1]], // prettier-ignore
  8: [[4, 1], [5, 2], [6, 3]], // prettier-ignore
};

test('each of the eight orientations is turned upright', () => {
  for (const [orientation, rows] of Object.entries(STORED)) {
    const stored = { width: rows[0].length, height: rows.length, channels: 1 as const, data: Uint8Array.from(rows.flat()) };
    const image = orient(stored, Number(orientation));
    assert.deepEqual([image.width, image.height, ...image.data], [3, 2, ...UPRIGHT], orientation);
  }
});

test('JPEG, PNG and TIFF are upright as every viewer shows them, whatever their samples', async () => {
  const flat = Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => (Math.floor(i / 3) % 24) * 8 + Math.floor(i / 72) * 2);
  const grey = flat.filter((_, i) => i % 3 === 0);
  const raw = { width: 24, height: 16, channels: 3 as const };
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const colour = sharp(flat, { raw }).withMetadata({ orientation });
    const wide = sharp(grey, { raw: { ...raw, channels: 1 } })
      .toColourspace('grey16')
      .withMetadata({ orientation });
    for (const [name, bytes] of [
      ['jpeg', await colour.clone().jpeg({ quality: 100 }).toBuffer()],
      ['progressive', await colour.clone().jpeg({ quality: 100, progressive: true }).toBuffer()],
      ['png', await colour.clone().png().toBuffer()],
      ['png16', await wide.clone().png().toBuffer()],
      ['tiff', await colour.clone().tiff({ compression: 'lzw' }).toBuffer()],
      ['tiff16', await wide.clone().tiff({ compression: 'none' }).toBuffer()],
    ] as const) {
      const shown = await sharp(bytes).autoOrient().removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
      const { raster, ...image } = await decodeImage(bytes, name);
      assert.deepEqual(
        [image.orientation, image.storedWidth, image.storedHeight, raster.width, raster.height],
        [orientation, 24, 16, shown.info.width, shown.info.height],
        `${name} ${orientation}`,
      );
      const levels = raster.data instanceof Uint16Array ? 257 : 1;
      for (let i = 0; i < 24 * 16; i++) {
        const ours = raster.data[i * raster.channels] / levels;
        assert.ok(Math.abs(ours - shown.data[i * shown.info.channels]) <= 2, `${name} ${orientation}: ${ours}, pixel ${i}`);
      }
    }
  }
});

test('opacity turns with its image', async () => {
  const rgba = Uint8Array.of(1, 1, 1, 10, 2, 2, 2, 20, 3, 3, 3, 30);
  const png = await sharp(rgba, { raw: { width: 3, height: 1, channels: 4 } })
    .withMetadata({ orientation: 3 })
    .png()
    .toBuffer();
  const { raster, alpha } = await decodeImage(png, 'a.png');
  assert.deepEqual([...raster.data], [3, 3, 3, 2, 2, 2, 1, 1, 1]);
  assert.deepEqual([...(alpha ?? [])], [30, 20, 10]);
});

/** EXIF with an orientation or, for 0, without; its directory leads to a next one that is not there. */
function exif(orientation: number): Buffer {
  const entry = orientation === 0 ? [0x01, 0x0f, 0, 3, 0, 0, 0, 1, 0, 1, 0, 0] : [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  return Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, ...entry, 0x7f, 0, 0, 0]);
}

const xmp = (attribute: string): Buffer => Buffer.from(`<x:xmpmeta><rdf:Description ${attribute}</x:xmpmeta>`);
const text = (keyword: string, ...rest: (string | Buffer)[]): Buffer =>
  Buffer.concat([Buffer.from(`${keyword}\0`), ...rest.map((part) => Buffer.from(part))]);
const profile = (orientation: number): Buffer => {
  const digits = Buffer.concat([Buffer.from('Exif\0\0'), exif(orientation)]).toString('hex');
  return Buffer.from(`\nexif\n      32\n${digits.slice(0, 72)}\n${digits.slice(72)}\n`);
};
const PROFILE = 'Raw profile type exif';
const XMP = 'XML:com.adobe.xmp';

test('PNG: EXIF behind the pixels or as a text, else XMP, in texts of any kind', async () => {
  const rows = deflateSync(Buffer.of(0, 1, 2, 3, 0, 4, 5, 6));
  const turns = async (chunks: Buffer[], ...expected: number[]): Promise<void> => {
    const before = pngOf(3, 2, [8, 0, 0, 0, 0], rows, ...chunks);
    const plain = pngOf(3, 2, [8, 0, 0, 0, 0], rows);
    const after = Buffer.concat([plain.subarray(0, -12), ...chunks, plain.subarray(-12)]);
    const found = await Promise.all([before, after].map(async (bytes) => (await decodeImage(bytes, 'x.png')).orientation));
    assert.deepEqual(found, expected.length === 1 ? [...expected, ...expected] : expected);
  };
  await turns([chunk('eXIf', exif(6))], 6);
  await turns([chunk('tEXt', text(PROFILE, profile(8)))], 8);
  await turns([chunk('zTXt', text(PROFILE, '\0', deflateSync(profile(3))))], 3);
  await turns([chunk('iTXt', text(XMP, '\0\0en\0\0', xmp('tiff:Orientation="5"/>')))], 5);
  await turns([chunk('iTXt', text(XMP, '\x01\0\0\0', deflateSync(xmp('><tiff:Orientation>7</tiff:Orientation>'))))], 7);
  const both = chunk('iTXt', text(XMP, '\0\0\0\0', xmp('tiff:Orientation="5"/>')));
  await turns([both, chunk('eXIf', exif(6))], 6);
  await turns([both, chunk('tEXt', text(PROFILE, profile(0)))], 5);
  await turns([both, chunk('tEXt', text(PROFILE, '\nexif\n 4\nnone\n'))], 5);
  await turns([chunk('tEXt', text('Comment', profile(8))), chunk('zTXt', text(PROFILE, '\0not deflated'))], 1);
  const { raster } = await decodeImage(pngOf(3, 2, [8, 0, 0, 0, 0], rows, both), 'x.png');
  assert.deepEqual([raster.width, raster.height, ...raster.data], [2, 3, 1, 4, 2, 5, 3, 6]);
});

test('JPEG and TIFF: XMP counts where EXIF or the tag states no orientation', async () => {
  const plain = await sharp(
    Uint8Array.from({ length: 24 * 16 }, (_, i) => i & 255),
    { raw: { width: 24, height: 16, channels: 1 } },
  )
    .jpeg()
    .toBuffer();
  const segment = (name: string, data: Buffer): Buffer => {
    const content = Buffer.concat([Buffer.from(name), data]);
    return Buffer.concat([Buffer.from([0xff, 0xe1, (content.length + 2) >> 8, (content.length + 2) & 255]), content]);
  };
  const six = xmp("tiff:Orientation='6'/>");
  const xap = segment('http://ns.adobe.com/xap/1.0/\0', six);
  const orientation = async (bytes: Buffer): Promise<number> => (await decodeImage(bytes, 'x')).orientation;
  const jpeg = (...segments: Buffer[]): Buffer => Buffer.concat([plain.subarray(0, 2), ...segments, plain.subarray(2)]);
  assert.equal(await orientation(jpeg(xap)), 6);
  assert.equal(await orientation(jpeg(segment('Exif\0\0', exif(0)), xap)), 6);
  assert.equal(await orientation(jpeg(segment('Exif\0\0', exif(1)), xap)), 1);
  const words = [
    ...new Uint32Array(Uint8Array.from(Buffer.concat([six, Buffer.alloc(3)]).subarray(0, 4 * Math.ceil(six.length / 4))).buffer),
  ];
  const tags = { 256: 3, 257: 1, 258: 8, 259: 1, 262: 1, 277: 1, 278: 1, 700: words };
  assert.equal(await orientation(tiffFile(tags, Uint8Array.of(1, 2, 3))), 6);
  assert.equal(await orientation(tiffFile({ ...tags, 274: 3 }, Uint8Array.of(1, 2, 3))), 3);
});
