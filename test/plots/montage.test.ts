import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Raster } from '../../src/image/image';
import { gallery } from '../../src/plots/gallery';
import { scoredMontage } from '../../src/plots/scored-montage';
import { montage } from '../../src/plots/montage';
import type { PngPicture } from '../../src/plots/picture';
import { COLOURS, rgbOf } from '../../src/drawing/style';

const plain = (value: number, width = 20, height = 20): Raster<Uint8Array> => ({
  width,
  height,
  channels: 1,
  data: new Uint8Array(width * height).fill(value),
});

async function pixels(picture: PngPicture): Promise<(x: number, y: number) => number[]> {
  const sharp = (await import('sharp')).default;
  const { data, info } = await sharp(picture.png).raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [picture.width, picture.height]);
  return (x, y) => [...data.subarray((y * info.width + x) * info.channels, (y * info.width + x) * info.channels + 3)];
}

test('images stand in rows and columns on white', async () => {
  const picture = await montage([{ panels: [{ image: plain(10) }, { image: plain(200) }] }, { panels: [{ image: plain(90, 20, 10) }] }], {
    alt: 'x',
    cell: 40,
    scale: 1,
  });
  const at = await pixels(picture);
  assert.deepEqual(at(12 + 20, 12 + 20), [10, 10, 10]);
  assert.deepEqual(at(12 + 48 + 20, 12 + 20), [200, 200, 200]);
  assert.deepEqual(at(12 + 20, 12 + 48 + 20), [90, 90, 90]);
  assert.deepEqual(at(12 + 20, 12 + 48 + 3), [255, 255, 255], 'a flat image keeps its proportions');
  assert.deepEqual(at(12 + 48 + 20, 12 + 48 + 20), [255, 255, 255]);
});

test('outlines are drawn after scaling, also where the mask is a single pixel', async () => {
  const contour = new Uint8Array(400);
  contour[5 * 20 + 5] = 1;
  const at = await pixels(await gallery([{ image: plain(0), contour }], { alt: 'x', cell: 80, scale: 1 }));
  assert.deepEqual(at(12 + 20, 12 + 20), rgbOf(COLOURS.contour));
  assert.deepEqual(at(12 + 21, 12 + 21), [0, 0, 0]);
  assert.deepEqual(at(12 + 24, 12 + 24), [0, 0, 0]);
  await assert.rejects(gallery([{ image: plain(0), contour: [1] }], { alt: 'x' }), /mask of 1 values/);
});

test('captions are drawn as text whatever they hold, and cut to their room', async () => {
  const of = async (caption: string): Promise<Buffer> =>
    (await gallery([{ image: plain(0), caption }], { alt: 'x', cell: 100, scale: 1 })).png;
  const [markup, other, none] = await Promise.all([of('<script>&"\u0001'), of('<image href="file:///etc/passwd"/>'), of('')]);
  assert.ok(!markup.equals(other));
  assert.ok(!markup.equals(none), 'text is drawn (needs a font on this machine)');
  assert.deepEqual(await of(`${'a'.repeat(500)}b`), await of(`${'a'.repeat(500)}c`));
});

test('findings: the same input gives the same bytes, all maps one scale, the mask column only where there are masks', async () => {
  const map = (top: number): Float32Array => Float32Array.from({ length: 400 }, (_, p) => (p === 210 ? top : 0.4));
  const findings = [
    { image: plain(50), map: map(0.6), mask: null, label: 1 as const, score: 0.6, name: 'a.png' },
    { image: plain(50), map: map(0.45), mask: null, label: 0 as const, score: 0.45, name: 'b.png' },
  ];
  const once = await scoredMontage(findings, { cell: 40, scale: 1 });
  assert.deepEqual((await scoredMontage(findings, { cell: 40, scale: 1 })).png, once.png);
  assert.match(once.alt, /2 images, each with its anomaly map over it; scores: 0\.600 \(abnormal\), 0\.450 \(normal\)/);
  const masked = await scoredMontage([{ ...findings[0], mask: new Uint8Array(400) }], { cell: 40, scale: 1 });
  assert.equal(masked.width, once.width + 48);
  const ownScale = await scoredMontage([findings[1]], { cell: 40, scale: 1 });
  const shared = await scoredMontage([findings[1]], { cell: 40, scale: 1, range: [0.4, 0.6] });
  assert.ok(!ownScale.png.equals(shared.png));
});
