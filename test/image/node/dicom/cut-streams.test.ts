import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { decompress } from '../../../../src/image/node/dicom/decompress';
import { checkEntropy } from '../../../../src/image/node/dicom/jpeg-entropy';
import { pixelLayout } from '../../../../src/image/node/dicom/layout';
import { parseDicom } from '../../../../src/image/node/dicom/parse';
import { Tag } from '../../../../src/image/node/dicom/tags';

const DIR = path.join(__dirname, '..', '..', '..', 'golden', 'clinical', 'dicom');
const END = Buffer.of(0xff, 0xd9);
const FILES = [
  'jpeg_baseline',
  'jpeg_baseline_422',
  'jpeg_extended12',
  'jpeg_lossless',
  'jpeg_lossless_p14',
  'pyd_sc_rgb_jpeg_gdcm',
  'jpegls',
  'jpegls_near',
  'pyd_sc_rgb_jls_lossy_line',
  'jpeg2000_lossless',
  'jpeg2000_lossy',
  'htj2k_lossless',
  'pyd_mr_small_rle',
];

test('a compressed frame that is cut is refused, with an end marker put after it or not', async () => {
  for (const name of FILES) {
    const bytes = fs.readFileSync(path.join(DIR, `${name}.dcm`));
    const { data, syntax } = parseDicom(bytes);
    const { starts, ends } = data.elements.get(Tag.PixelData)?.fragments ?? { starts: [], ends: [] };
    const whole = bytes.subarray(starts[0], ends[0]);
    const codec = syntax.codec as NonNullable<typeof syntax.codec>;
    const layout = pixelLayout(data);
    assert.ok((await decompress(whole, codec, layout)).length >= layout.rows * layout.columns * layout.samples, name);
    for (const share of [0.95, 0.7, 0.4]) {
      const cut = whole.subarray(0, Math.floor((whole.length - 4) * share));
      await assert.rejects(decompress(cut, codec, layout), /compressed frame|truncated|RLE/, `${name} ${share}`);
      await assert.rejects(
        decompress(Buffer.concat([cut, END]), codec, layout),
        /compressed frame|truncated|RLE/,
        `${name} ${share} with its end`,
      );
    }
  }
});

test('every block of a baseline JPEG needs its codes, by hand', () => {
  // 16 x 8 pixels of one component: two blocks, each a DC code 0 (of size 0) and an AC code 0 (end of block)
  const segment = (marker: number, body: number[]): number[] => [0xff, marker, 0, body.length + 2, ...body];
  const table = (id: number): number[] => [id, 1, ...Array<number>(15).fill(0), 0]; // the code 0 stands for 0
  const jpeg = (scan: number[], restart = 0): Buffer =>
    Buffer.from([
      ...[0xff, 0xd8],
      ...segment(0xc0, [8, 0, 8, 0, 16, 1, 1, 0x11, 0]),
      ...segment(0xc4, [...table(0x00), ...table(0x10)]),
      ...segment(0xdd, [0, restart]),
      ...segment(0xda, [1, 1, 0, 0, 63, 0]),
      ...scan,
      ...END,
    ]);
  checkEntropy(jpeg([0b00001111]));
  checkEntropy(jpeg([0b00111111, 0xff, 0xd0, 0b00111111], 1));
  assert.throws(() => checkEntropy(jpeg([])), /ends early/);
  assert.throws(() => checkEntropy(jpeg([0b00111111, 0xff, 0xd0], 1)), /ends early/);
  assert.throws(() => checkEntropy(jpeg([0b00111111], 1)), /ends early/);
  assert.throws(() => checkEntropy(jpeg([0b01111111, 0xff, 0x00, 0xff, 0x00])), /a code that no table has/);
});
