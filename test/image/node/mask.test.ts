import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { toGray } from '../../../src/image/grey';
import { decodeImage, readImage } from '../../../src/image/node/decode';
import { loadMask, maskLevels, uniteMasks, type MaskRule } from '../../../src/image/node/mask';
import { temporaryFolder } from '../../helpers/tiny-clip';
import { bitmap } from './bitmap';
import { chunk, pngOf } from './png';
import { tiffFile } from './tiff-file';

const dir = temporaryFolder();

/** Writes a picture of one line of pixels, and reads it as a mask. */
async function maskOf(
  name: string,
  pixels: number[][],
  write: (image: sharp.Sharp) => sharp.Sharp = (image) => image.png(),
  options: { rule?: MaskRule; lossy?: boolean } = {},
): Promise<number[]> {
  const file = path.join(dir, name);
  const channels = pixels[0].length as 1 | 2 | 3 | 4;
  await write(sharp(Uint8Array.from(pixels.flat()), { raw: { width: pixels.length, height: 1, channels } })).toFile(file);
  const mask = await loadMask(file, pixels.length, options);
  return [...mask.subarray(0, pixels.length)];
}

test('a pixel that is not 0 in some colour channel counts, even if its grey is 0', async () => {
  const colours = [
    [0, 0, 0],
    [1, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
    [255, 255, 255],
  ];
  assert.deepEqual(await maskOf('ids.png', colours), [0, 1, 1, 1, 1]);
  assert.deepEqual(await maskOf('ids.tif', colours, (image) => image.tiff({ compression: 'lzw' })), [0, 1, 1, 1, 1]);
  const deep = Uint16Array.from([0, 0, 0, 1, 0, 0, 0, 0, 1, 255, 255, 255]); // 1 of 65535 is 0 in 8 bits
  const raster = { width: 4, height: 1, channels: 3 as const, data: deep };
  assert.deepEqual([...maskLevels({ format: 'png', raster }, 'deep').data], [0, 255, 255, 255]);
});

test('colours of a palette count, not their numbers', async () => {
  // the first colour of the palette is white or black, whichever comes first
  const palette = (image: sharp.Sharp): sharp.Sharp => image.png({ palette: true, colours: 3, dither: 0 });
  assert.deepEqual(
    await maskOf(
      'palette.png',
      [
        [255, 255, 255],
        [0, 0, 0],
        [128, 0, 0],
        [0, 0, 0],
      ],
      palette,
    ),
    [1, 0, 1, 0],
  );
  assert.deepEqual(
    await maskOf('bits.png', [[0], [255], [0]], (image) => image.toColourspace('b-w').png({ palette: true, colours: 2 })),
    [0, 1, 0],
  );
});

test('a pixel without opacity marks nothing; opacity that is 0 everywhere says nothing; opacity alone is refused', async () => {
  const white = (alpha: number): number[] => [255, 255, 255, alpha];
  assert.deepEqual(await maskOf('hidden.png', [white(0), white(255), [0, 0, 0, 255], white(1)]), [0, 1, 0, 1]);
  assert.deepEqual(await maskOf('unseen.png', [white(0), [0, 0, 0, 0]]), [1, 0]);
  assert.deepEqual(
    await maskOf('empty.png', [
      [0, 0, 0, 255],
      [0, 0, 0, 255],
    ]),
    [0, 0],
  );
  assert.deepEqual(
    await maskOf('grey-and-opacity.png', [
      [255, 0],
      [255, 255],
      [0, 255],
    ]),
    [0, 1, 0],
  );
  await assert.rejects(
    maskOf('opacity.png', [
      [0, 0, 0, 0],
      [0, 0, 0, 255],
    ]),
    /opacity\.png: an entirely black mask that is drawn only in its opacity; save it as white on black/,
  );
});

test('transparent colours of a PNG, and the opacity of a BMP and a palette TIFF, mark nothing; in an image they are dropped', async () => {
  const marks = async (bytes: Buffer, ...expected: number[]): Promise<void> => {
    const mask = await decodeImage(bytes, 'x', 'mask');
    assert.deepEqual(
      [...maskLevels(mask, 'x').data].map((v) => v / 255),
      expected,
    );
    assert.equal((await decodeImage(bytes, 'x')).alpha, undefined);
  };
  const png = (kind: number[], row: number[], ...before: Buffer[]): Buffer =>
    pngOf(3, 1, [...kind, 0, 0, 0], deflateSync(Buffer.of(0, ...row)), ...before);
  const key = (...bytes: number[]): Buffer => chunk('tRNS', Buffer.of(...bytes));
  const colours = chunk('PLTE', Buffer.of(255, 255, 255, 255, 0, 0, 0, 0, 0));
  await marks(png([8, 3], [0, 1, 2], colours, key(0)), 0, 1, 0);
  await marks(png([2, 3], [0b00011000], colours, key(0, 1)), 0, 1, 0);
  await marks(png([8, 2], [255, 255, 255, 0, 0, 9, 255, 255, 254], key(0, 255, 0, 255, 0, 255)), 0, 1, 1);
  await marks(png([8, 0], [255, 7, 0], key(0, 255)), 0, 1, 0);
  await marks(png([16, 0], [255, 255, 0, 1, 0, 0], key(255, 255)), 0, 1, 0);

  await marks(bitmap(3, 1, 32, [0x00ffffff, 0xff0000ff, 0xff000000]), 0, 1, 0);
  await marks(bitmap(3, 1, 32, [0xffffff00, 0x000001ff, 0x000000ff], { masks: [0xff000000, 0xff0000, 0xff00, 0xff] }), 0, 1, 0);
  await marks(bitmap(3, 1, 32, [0x00ffffff, 0x00000001, 0]), 1, 1, 0); // a free byte that is never set
  const palette = [0, 0xffff, 0xff00, 0, ...Array<number>(44).fill(0)];
  const tags = { 256: 3, 257: 1, 258: [4, 4], 259: 1, 262: 3, 277: 2, 278: 1, 320: palette, 338: 2 };
  await marks(tiffFile(tags, Uint8Array.of(0x10, 0x2f, 0x0f)), 0, 1, 0);
});

test('in a JPEG pixels nearer to white count, or, as published, every pixel whose grey is not 0', async () => {
  const data = Uint8Array.from({ length: 32 * 32 }, (_, i) => (i % 32 > 9 && i % 32 < 21 ? 255 : 0));
  const file = path.join(dir, 'stripe.jpg');
  await sharp(data, { raw: { width: 32, height: 32, channels: 1 } })
    .jpeg({ quality: 60 })
    .toFile(file);
  const grey = toGray((await readImage(file)) as never).data;
  assert.ok(grey.some((v) => v > 0 && v < 128)); // traces around the edges
  assert.deepEqual(
    [...(await loadMask(file, 32))],
    [...data].map((v) => v / 255),
  );
  assert.deepEqual(
    [...(await loadMask(file, 32, { rule: 'published' }))],
    [...grey].map((v) => (v === 0 ? 0 : 1)),
  );
  const blue = path.join(dir, 'blue.jpg');
  await sharp({ create: { width: 8, height: 8, channels: 3, background: '#0000ff' } })
    .jpeg({ chromaSubsampling: '4:4:4' })
    .toFile(blue);
  assert.deepEqual([...new Set(await loadMask(blue, 8))], [1]); // its grey is 29
});

test('levels of a JPEG can be kept in another format, and united with other masks', async () => {
  const levels = [[0], [1], [127], [128]];
  assert.deepEqual(await maskOf('levels.png', levels), [0, 1, 1, 1]);
  assert.deepEqual(await maskOf('levels.png', levels, undefined, { lossy: true }), [0, 0, 0, 1]);
  assert.deepEqual(await maskOf('levels.png', levels, undefined, { lossy: true, rule: 'published' }), [0, 1, 1, 1]);
  const of = (format: 'jpeg' | 'png', ...data: number[]): ReturnType<typeof maskLevels> =>
    maskLevels({ format, raster: { width: 3, height: 1, channels: 1, data: Uint8Array.from(data) } }, 'mask');
  const united = uniteMasks(of('jpeg', 0, 7, 200), of('png', 0, 0, 1));
  assert.deepEqual([[...united.data], united.lossy], [[0, 7, 255], true]);
});
