import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../../src/common/errors';
import { openSafetensors } from '../../../../src/common/node/safetensors';
import { openImageFile } from '../../../../src/image/node/image-file';

interface Entry {
  file: string;
  expect: 'image' | 'refuse';
  step: number;
  tolerance: { max: number; mean: number };
  frames: { frame: number; key: string; shape: number[] }[];
  attributes?: { NumberOfFrames?: number };
}

const ROOT = path.join(__dirname, '..', '..', '..', '..');
const PLACES = [path.join(ROOT, 'test', 'golden', 'clinical', 'dicom'), path.join(ROOT, '..', 'shared', 'clinical', 'dicom')];

for (const dir of PLACES) {
  const skip = fs.existsSync(dir) ? false : `${dir} is not there`;
  test(`each file of ${path.relative(ROOT, dir)} is read as its formulas say, or refused in one line`, { skip }, async (t) => {
    const arrays = openSafetensors(path.join(dir, 'expected.safetensors'));
    for (const entry of JSON.parse(fs.readFileSync(path.join(dir, 'index.json'), 'utf8')) as Entry[]) {
      await t.test(entry.file, async () => {
        if (entry.expect === 'refuse') await assert.rejects(() => readAll(path.join(dir, entry.file)), isOneLine);
        else await compare(path.join(dir, entry.file), entry, (key) => arrays.read(key).data as Float32Array);
      });
    }
  });
}

async function readAll(file: string): Promise<void> {
  const image = await openImageFile(file);
  for (let i = 0; i < image.frames; i++) await image.frame(i);
}

function isOneLine(error: unknown): boolean {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, /^[^\n]+$/);
  return true;
}

async function compare(
  file: string,
  { step, tolerance, frames, attributes }: Entry,
  expected: (key: string) => Float32Array,
): Promise<void> {
  const image = await openImageFile(file);
  if (attributes?.NumberOfFrames !== undefined) assert.equal(image.frames, attributes.NumberOfFrames);
  for (const { frame, key, shape } of frames) {
    const { raster } = await image.frame(frame);
    const { width, height, channels } = raster;
    assert.deepEqual(channels === 1 ? [height, width] : [height, width, channels], shape);
    assert.deepEqual([width, height, channels], [image.width, image.height, image.channels]);
    const most = raster.data instanceof Uint16Array ? 65535 : 255;
    const wanted = expected(key);
    let [at, sum, largest] = [0, 0, 0];
    for (let y = 0; y < height; y += step) {
      for (let x = 0; x < width; x += step) {
        for (let c = 0; c < channels; c++) {
          const difference = Math.abs(Math.fround(raster.data[(y * width + x) * channels + c] / most) - wanted[at++]);
          sum += difference;
          largest = Math.max(largest, difference);
        }
      }
    }
    assert.equal(at, wanted.length);
    assert.ok(largest <= tolerance.max && sum / at <= tolerance.mean, `frame ${frame}: max ${largest}, mean ${sum / at}`);
  }
}

test('files without pixels are refused by what they hold', async () => {
  const kinds = {
    DICOMDIR: /a directory of files/,
    'pdf.dcm': /an encapsulated PDF/,
    'pyd_rtstruct.dcm': /radiotherapy data/,
    'mpeg2.dcm': /a video/,
  };
  for (const [file, kind] of Object.entries(kinds)) await assert.rejects(readAll(path.join(PLACES[0], file)), kind);
});
