import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { checkImages } from '../../src/datasets/check-images';
import { checkMaskShape } from '../../src/datasets/sample-mask';
import { temporaryFolder } from '../helpers/tiny-clip';

test('a mask must have the shape of the upright image, at any size', () => {
  const fits = (mask: [number, number], image: [number, number], more: { orientation?: number; sameSize?: boolean } = {}): void =>
    checkMaskShape('m.png', { width: mask[0], height: mask[1] }, { width: image[0], height: image[1], ...more }, more);
  fits([60, 40], [60, 40]);
  fits([30, 20], [60, 40]);
  fits([250, 250], [1000, 1002]);
  fits([62, 40], [60, 40]);
  fits([40, 40], [40, 40], { orientation: 6 });
  assert.throws(
    () => fits([80, 40], [60, 40]),
    /^UserError: m\.png: a mask of 80 x 40 pixels for an image of 60 x 40; expected a mask of the same shape$/,
  );
  assert.throws(
    () => fits([40, 60], [60, 40], { orientation: 6 }),
    /60 x 40: it fits the image as stored, before its EXIF orientation 6; masks belong to the upright image: rotate the mask$/,
  );
  // nearly square: within the tolerance of shapes, but of the other sides
  assert.throws(() => fits([100, 102], [102, 100], { orientation: 8 }), /before its EXIF orientation 8/);
  assert.throws(() => fits([50, 51], [102, 100]), /its sides are swapped/);
  assert.throws(() => fits([30, 20], [60, 40], { sameSize: true }), /a mask of 30 x 20 pixels for an image of 60 x 40$/);
  assert.throws(() => fits([40, 60], [60, 40], { sameSize: true, orientation: 5 }), /before its EXIF orientation 5/);
});

test('a mask of the image as stored is refused before any work; a mask with its own orientation is read upright', async () => {
  const dir = temporaryFolder();
  const [image, stored, upright] = ['image.jpg', 'stored.png', 'upright.jpg'].map((name) => path.join(dir, name));
  const blank = (width: number, height: number): sharp.Sharp => sharp({ create: { width, height, channels: 3, background: '#888888' } });
  await blank(60, 40).withMetadata({ orientation: 6 }).jpeg().toFile(image); // 40 x 60 upright
  await blank(60, 40).png().toFile(stored);
  await blank(60, 40).withMetadata({ orientation: 8 }).jpeg().toFile(upright);
  const sample = { filename: 'image.jpg', label: 1 as const, labelName: 'defective', clsname: 'toy', file: image };
  await assert.rejects(
    checkImages({ dir, hash: 'stored' }, [{ ...sample, maskFile: stored }]),
    /60 x 40 pixels for an image of 40 x 60: it fits the image as stored/,
  );
  await checkImages({ dir, hash: 'upright' }, [{ ...sample, maskFile: upright }]);
});
