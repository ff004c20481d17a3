import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodeImage } from '../../src/image/node/decode';
import { orient } from '../../src/image/orientation';

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
