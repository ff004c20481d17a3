import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { signedImage, SIGNED_TABLE } from '../../src/plots/signed-colours';
import { changeImage, maskImage, synthesisMontage } from '../../src/plots/synthesis-montage';
import type { Draw } from '../../src/synthesis/tasks';

const pixel = (data: Uint8Array, p: number): number[] => [...data.subarray(p * 3, p * 3 + 3)];

test('nothing is white, darker is purple, brighter green, ends are kept', () => {
  const { data } = signedImage(5, 1, [0, -1, 1, -9, 9], 1);
  assert.deepEqual(pixel(data, 0), [255, 255, 255]);
  assert.deepEqual(pixel(data, 1), [...SIGNED_TABLE.subarray(0, 3)]);
  assert.deepEqual(pixel(data, 2), [...SIGNED_TABLE.subarray(765)]);
  assert.deepEqual(pixel(data, 3), pixel(data, 1));
  assert.deepEqual(pixel(data, 4), pixel(data, 2));
  const [purple, green] = [pixel(data, 1), pixel(data, 2)];
  assert.ok(purple[2] > purple[1] && green[1] > green[2]);
  assert.throws(() => signedImage(2, 2, [0], 1), RangeError);
});

test('a change of a 16-bit image counts in grey levels of 8 bits', () => {
  const eight = (level: number) => ({ width: 1, height: 1, channels: 1 as const, data: Uint8Array.of(level) });
  const deep = (level: number) => ({ width: 1, height: 1, channels: 1 as const, data: Uint16Array.of(level * 257) });
  assert.deepEqual(changeImage(deep(10), deep(74)).data, changeImage(eight(10), eight(74)).data);
  assert.notDeepEqual(changeImage(eight(10), eight(74)).data, changeImage(eight(74), eight(10)).data);
});

test('a row an example: normal, synthetic, difference, mask', async () => {
  const side = 20;
  const image = (level: number) => ({ width: side, height: side, channels: 1 as const, data: new Uint8Array(side * side).fill(level) });
  const mask = { width: side, height: side, data: new Float32Array(side * side).fill(1) };
  const draw: Draw = { task: 'SourceTask', image: image(180), mask, anomalies: 1, patch: { height: side, width: side, fill: 1 } };
  assert.deepEqual([...new Set(maskImage(mask).data)], [255]);
  const { png, width } = await synthesisMontage([{ normal: image(60), draw }], { alt: 'x', cell: 50, scale: 1 });
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  assert.equal(info.width, width);
  const y = 12 + 22 + 25;
  const at = (column: number): number[] => [...data.subarray((y * info.width + 12 + column * 58 + 25) * info.channels).subarray(0, 3)];
  assert.deepEqual(
    [at(0), at(1), at(3)],
    [
      [60, 60, 60],
      [180, 180, 180],
      [255, 255, 255],
    ],
  );
  assert.ok(at(2)[1] > at(2)[0] && at(2)[1] > at(2)[2], 'brighter is green');
});
