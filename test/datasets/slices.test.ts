import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { findSlices, type SliceOptions } from '../../src/datasets/slices';
import { encodePng } from '../../src/image/node/encode';
import { Tag } from '../../src/image/node/dicom/tags';
import { inputsOf } from '../../src/runs/prediction/inputs';
import { file as dicomFile, grey, type Entry } from '../image/node/dicom/dicom-file';
import { niftiFile } from '../image/node/nifti-file';

let base: string;
beforeEach(() => (base = fs.mkdtempSync(path.join(os.tmpdir(), 'slices-'))));
afterEach(() => fs.rmSync(base, { recursive: true }));

function put(name: string, bytes: Buffer): string {
  const file = path.join(base, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  return file;
}

/** A volume of 2 x 2 x 4, the first and the last slice of which are empty. */
const scan = niftiFile({ dims: [2, 2, 4], values: [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9] });
const picture = (): Promise<Buffer> => encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 7) });

const found = async (options?: SliceOptions): Promise<string[]> =>
  (await findSlices([base], options)).slices.map(({ name }) => path.relative(base, name));

test('volumes become slices, single images stay, and empty slices are left out of volumes only', async () => {
  put('b.nii', scan);
  put('a.png', await picture());
  put('sub/c.nii.gz', niftiFile({ dims: [2, 2, 1], gzip: true })); // one slice, empty
  const { slices, groups, left } = await findSlices([base]);
  assert.deepEqual(
    slices.map(({ name, frame, frames, group, number }) =>
      [name, frame, frames, group, number].map((v) => String(v).replace(base + '/', '')),
    ),
    [
      ['a.png', '0', '1', 'undefined', '0'],
      ['b.nii#1', '1', '4', 'b.nii', '1'],
      ['b.nii#2', '2', '4', 'b.nii', '2'],
      ['sub/c.nii.gz', '0', '1', 'undefined', '0'],
    ],
  );
  assert.deepEqual(
    groups.map(({ name, count, outsideRange, emptyLeftOut, facts }) => [
      path.basename(name),
      count,
      outsideRange,
      emptyLeftOut,
      facts.cut?.axis,
    ]),
    [['b.nii', 4, 0, 2, 'axial']],
  );
  assert.deepEqual(left, []);
});

test('a range of slices counts from 0 and includes its ends', async () => {
  put('b.nii', scan);
  put('a.png', await picture());
  assert.deepEqual(await found({ slices: [2, 9] }), ['a.png', 'b.nii#2']);
  assert.deepEqual((await findSlices([base], { slices: [2, 9] })).groups[0].outsideRange, 2);
});

test('files of a folder that are no images are listed; the voxels of a pair are no file of their own', async () => {
  const header = Buffer.from(scan.subarray(0, 348));
  header.write('ni1\0', 344, 'latin1');
  header.writeFloatLE(0, 108);
  put('p.hdr', header);
  put('p.img', scan.subarray(352));
  put('readme.txt', Buffer.from('hello'));
  put('cut.nii', scan.subarray(0, 360));
  const { slices, left } = await findSlices([base]);
  assert.deepEqual(slices.map(({ name }) => path.basename(name)), ['p.hdr#1', 'p.hdr#2']); // prettier-ignore
  assert.deepEqual(left.map(({ file }) => path.basename(file)), ['cut.nii', 'readme.txt']); // prettier-ignore
  assert.match(left[1].reason, /^not an image of a known kind/);
});

test('a file that was named must be readable, and so must something in a folder', async () => {
  const text = put('readme.txt', Buffer.from('hello'));
  await assert.rejects(findSlices([text]), /readme\.txt: not an image/);
  await assert.rejects(findSlices([base]), /no file of the folder can be used, the first: .*readme\.txt: not an image/);
  await assert.rejects(findSlices([path.join(base, 'none')]), /no such file or folder/);
  put('b.nii', scan);
  await assert.rejects(findSlices([base], { axis: 'w' }), /--axis/);
});

test('the path of a group ends in the name of its folder or file, wherever the working folder is', async () => {
  const slice = (series: string): Buffer => dicomFile([...grey(2, [1000, 1001, 1002, 1003]), [Tag.SeriesInstanceUID, 'UI', series]]);
  for (const name of ['ct/a.dcm', 'ct/b.dcm', 'ct/inner/x']) put(name, slice('1.2.3.1'));
  put('ct/v.nii', scan);
  const before = process.cwd();
  const ends = async (...inputs: string[]): Promise<string[][]> => {
    const { groups } = await findSlices(inputs);
    return groups.map((group) => [
      group.name,
      path.relative(fs.realpathSync(base), fs.realpathSync(path.dirname(group.path))),
      path.basename(group.path),
    ]);
  };
  try {
    process.chdir(path.join(base, 'ct'));
    assert.deepEqual(await ends('a.dcm', 'b.dcm', 'v.nii'), [['.', '', 'ct'], ['v.nii', 'ct', 'v.nii']]); // prettier-ignore
    for (const name of ['c.dcm', 'd.dcm']) put(`ct/${name}`, slice('1.2.3.2'));
    process.chdir('inner');
    assert.deepEqual(await ends('..'), [['.. (series 1)', '', 'ct (series 1)'], ['.. (series 2)', '', 'ct (series 2)'], ['../v.nii', 'ct', 'v.nii']]); // prettier-ignore
  } finally {
    process.chdir(before);
  }
});

test('a file that is reached twice counts once, and the rest of a folder stays', async () => {
  const volume = put('vols/b.nii', scan);
  const image = put('a.png', await picture());
  put('vols/notes.txt', Buffer.from('hello'));
  fs.symlinkSync(path.join(base, 'vols'), path.join(base, 'other'));
  fs.linkSync(image, path.join(base, 'hard.png'));
  const { slices, groups, left, repeated } = await findSlices([
    ...[image, volume, path.join(base, 'vols'), image],
    ...[path.join(base, 'other'), path.join(base, 'hard.png')],
  ]);
  assert.deepEqual(slices.map(({ name, group }) => [path.relative(base, name), group]), [['a.png', undefined], ['vols/b.nii#1', volume], ['vols/b.nii#2', volume]]); // prettier-ignore
  assert.deepEqual(groups.map(({ count, emptyLeftOut }) => [count, emptyLeftOut]), [[4, 2]]); // prettier-ignore
  assert.deepEqual(left.map(({ file }) => path.relative(base, file)), ['vols/notes.txt']); // prettier-ignore
  assert.deepEqual(repeated.map(({ file, reason }) => [path.relative(base, file), reason]), [
    ['a.png', 'given more than once'],
    ['hard.png', `the same file as ${image}`],
    ['vols/b.nii', 'given more than once'],
    ['other/b.nii', `the same file as ${volume}`],
  ]); // prettier-ignore
  const notes: string[] = [];
  await inputsOf([image, image], { onNote: (line) => notes.push(line) });
  assert.deepEqual(notes, [`1 files hold what others hold and are left out, the first: ${image}: given more than once`]);
});

test('a file that is reached twice must be readable if it was named once', async () => {
  const text = put('vols/notes.txt', Buffer.from('hello'));
  put('vols/b.nii', scan);
  await assert.rejects(findSlices([path.join(base, 'vols'), text]), /notes\.txt: not an image/);
  fs.rmSync(path.join(base, 'vols/b.nii'));
  await assert.rejects(findSlices([path.join(base, 'vols'), path.join(base, 'vols')]), /no file of the folder can be used/);
  fs.symlinkSync(path.join(base, 'nothing'), path.join(base, 'vols/broken.nii'));
  put('vols/c.nii', scan);
  assert.deepEqual((await findSlices([path.join(base, 'vols')])).left.map(({ file }) => path.basename(file)), ['broken.nii', 'notes.txt']); // prettier-ignore
});

test('pairs that share a header through a link are two volumes', async () => {
  const header = Buffer.from(scan.subarray(0, 348));
  header.write('ni1\0', 344, 'latin1');
  header.writeFloatLE(0, 108);
  fs.linkSync(put('p.hdr', header), path.join(base, 'q.hdr'));
  put('p.img', scan.subarray(352));
  put('q.img', Buffer.from(scan.subarray(352)).reverse());
  assert.deepEqual((await findSlices([base])).groups.map(({ name }) => path.basename(name)), ['p.hdr', 'q.hdr']); // prettier-ignore
});

/** A DICOM slice at a height, of a series; `more` changes its bytes but not its pixels. */
function dicom(instance: string | undefined, z: number, level: number, more: Entry[] = []): Buffer {
  const ids: Entry[] = [
    ...(instance === undefined ? [] : [[Tag.SOPInstanceUID, 'UI', instance] as const]),
    [Tag.SeriesInstanceUID, 'UI', '1.2.5'],
    [Tag.ImagePositionPatient, 'DS', `0\\0\\${z}`],
    [Tag.ImageOrientationPatient, 'DS', '1\\0\\0\\0\\1\\0'],
  ];
  return dicomFile([...grey(2, [level, 0, 5000, 9000]), ...ids, ...more]);
}

test('copies of a DICOM instance are one slice', async () => {
  for (const [i, z] of [10, 0, 5].entries()) {
    put(`a/${i}.dcm`, dicom(`1.2.3.${i}`, z, 1000 + i));
    put(`b/${i}.dcm`, dicom(`1.2.3.${i}`, z, 1000 + i, [[0x00080070, 'LO', 'another archive']]));
  }
  const { slices, groups, repeated, notes } = await findSlices([base]);
  assert.deepEqual(slices.map(({ name, file }) => [name, path.basename(file)]), [[`${base}/a#0`, '1.dcm'], [`${base}/a#1`, '2.dcm'], [`${base}/a#2`, '0.dcm']]); // prettier-ignore
  assert.deepEqual([groups.length, groups[0].count, notes], [1, 3, []]);
  assert.deepEqual(repeated.map(({ file, reason }) => [file, reason]), [0, 1, 2].map((i) => [`${base}/b/${i}.dcm`, `the same DICOM instance as ${base}/a/${i}.dcm`])); // prettier-ignore
  const single = await findSlices([`${base}/a/0.dcm`, `${base}/b/0.dcm`]);
  assert.deepEqual([single.slices.length, single.groups], [1, []]);
});

test('files with one instance but another place or other pixels, and files without one, are slices each', async () => {
  put('a/0.dcm', dicom('1.2.3', 0, 1000));
  put('a/1.dcm', dicom('1.2.3', 5, 1000)); // a program that removed the ids gave all images the same one
  put('a/2.dcm', dicom(undefined, 9, 1000));
  put('a/3.dcm', dicom(undefined, 9, 1000));
  const { slices, repeated, notes } = await findSlices([base]);
  assert.deepEqual([slices.length, repeated, notes], [4, [], []]);
  put('a/4.dcm', dicom('1.2.3', 5, 2000));
  const odd = await findSlices([base]);
  assert.equal(odd.slices.length, 5);
  assert.deepEqual(odd.notes, [`${base}/a/4.dcm: states the DICOM instance and the place of ${base}/a/1.dcm, but its pixels differ: both count as slices`]); // prettier-ignore
});
