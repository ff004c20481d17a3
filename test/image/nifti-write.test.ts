import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNiftiHeader, readNiftiVolume } from '../../src/image/node/nifti/read-nifti';
import { niftiGrid } from '../../src/image/nifti/volume';
import { niftiBytes, storedGrid, storedPlace } from '../../src/image/nifti/write';
import { sliceValues, sliceView } from '../../src/image/nifti/slices';
import { VolumeGrid } from '../../src/runs/prediction/volume-grid';
import { niftiFile } from './node/nifti-file';
import zlib from 'node:zlib';

// stored axes: to the front, to the left, down; 2 x 3 x 4 mm
const SFORM = [
  [0, -3, 0, 10],
  [2, 0, 0, 20],
  [0, 0, -4, 30],
];
const DIMS = [2, 3, 4];

test('slices that are put back lie where they were cut, on the grid of the file', async () => {
  const values = Float32Array.from({ length: 24 }, (_, i) => i);
  const source = niftiFile({ dims: DIMS, values, sform: SFORM });
  const header = readNiftiHeader(source);
  const grid = niftiGrid(header);
  const volume = await readNiftiVolume(header, source, 'x.nii');
  for (const axis of ['sagittal', 'coronal', 'axial'] as const) {
    const view = sliceView(axis, grid);
    const facts = { grid, cut: { axis, up: '', volume: 0, volumes: 1 }, width: view.width, height: view.height };
    const made = new VolumeGrid('x', facts, view.slices, (length) => new Float32Array(length));
    for (let s = 0; s < view.slices; s++) made.set(s, sliceValues(volume, view, s, 0), view.width);
    const written = zlib.gunzipSync(await made.bytes());
    const again = readNiftiHeader(written);
    assert.deepEqual(again.dims.slice(0, 3), DIMS, axis);
    assert.deepEqual(again.sform, SFORM, axis);
    assert.deepEqual(new Float32Array(written.buffer.slice(written.byteOffset + 352, written.byteOffset + 352 + 96)), values, axis);
  }
});

test('other images have their distances, and no place in space', async () => {
  const facts = { spacing: { row: 0.5, column: 0.25 }, width: 2, height: 2 };
  const made = new VolumeGrid('x', facts, 1, (length) => new Uint8Array(length));
  made.set(0, [1, 2, 3, 4], 2);
  const written = zlib.gunzipSync(await made.bytes());
  const header = readNiftiHeader(written);
  assert.deepEqual([header.sform, header.qform].map(Boolean), [false, false]);
  assert.deepEqual([...written.subarray(352)], [1, 2, 3, 4]);
  assert.deepEqual(
    [80, 84].map((at) => written.readFloatLE(at)),
    [0.25, 0.5],
  );
});

test('sides that NIfTI-1 cannot hold are refused, and places follow the axes', () => {
  assert.throws(() => niftiBytes(new Uint8Array(32768), { dims: [32768, 1, 1], affine: null, zooms: [1, 1, 1] }), RangeError);
  assert.throws(() => niftiBytes(new Uint8Array(3), { dims: [2, 1, 1], affine: null, zooms: [1, 1, 1] }), RangeError);
  const grid = niftiGrid(readNiftiHeader(niftiFile({ dims: DIMS, sform: SFORM })));
  assert.deepEqual(storedGrid(grid).affine, SFORM);
  assert.equal(storedPlace(grid)(2, 0, 3), 0, 'the first voxel is to the right, at the back, on top');
});
