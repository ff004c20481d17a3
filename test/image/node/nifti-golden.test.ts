import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/common/errors';
import { openSafetensors } from '../../../src/common/node/safetensors';
import { openImageFile } from '../../../src/image/node/image-file';

/** An entry of index.json; test/golden/clinical/README.md says what the files are. */
interface Entry {
  file: string;
  expect: 'image' | 'refuse';
  key: string;
  shape: number[];
  zooms: number[];
  affine: number[][];
  axisOrder: number[];
  axisSign: number[];
  tolerance: { relative: number; absolute: number };
}

const GOLDEN = path.join(__dirname, '../../golden/clinical/nifti');
const entries = JSON.parse(fs.readFileSync(path.join(GOLDEN, 'index.json'), 'utf8')) as Entry[];
const expected = openSafetensors(path.join(GOLDEN, 'expected.safetensors'));

for (const entry of entries.filter(({ expect }) => expect === 'image')) {
  test(`${entry.file}: values, axes, affine and voxel sizes are those of nibabel`, async () => {
    const image = await openImageFile(path.join(GOLDEN, entry.file));
    assert.ok(image.values && image.grid);
    const { shape, parts } = await image.values();
    assert.deepEqual(shape, entry.shape);
    const values = [...parts].flatMap((part) => Array.from(part));
    const wanted = expected.read(entry.key).data;
    assert.equal(values.length, wanted.length);
    const { relative, absolute } = entry.tolerance;
    const near = (v: number, w: number): boolean => Object.is(v, w) || Math.abs(v - w) <= Math.max(absolute, relative * Math.abs(w));
    assert.deepEqual(
      values.filter((v, i) => !near(v, wanted[i])),
      [],
    );
    const { axes, affine, spacing } = image.grid;
    assert.deepEqual([axes.order, axes.sign], [entry.axisOrder, entry.axisSign]);
    assert.ok(affine.every((row, r) => row.every((v, c) => Math.abs(v - entry.affine[r][c]) < 2e-6 * (1 + Math.abs(v)))));
    assert.ok(spacing.every((zoom, i) => Math.abs(zoom - entry.zooms[i]) < 1e-6));
  });
}

for (const { file } of entries.filter(({ expect }) => expect === 'refuse')) {
  test(`${file}: is refused in one line`, async () => {
    const read = async (): Promise<void> => {
      await (await openImageFile(path.join(GOLDEN, file))).frame(0);
    };
    await assert.rejects(
      read,
      (error: Error) => error instanceof UserError && !error.message.includes('\n') && error.message.includes(file),
    );
  });
}
