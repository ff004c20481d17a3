import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { StagedFiles } from '../../src/common/node/staged-files';
import { readDataset } from '../../src/datasets/layout';
import { prepareDataset } from '../../src/datasets/prepare';
import { findSlices, type SliceOptions } from '../../src/datasets/slices';
import { readImage } from '../../src/image/node/decode';
import { parseDicom } from '../../src/image/node/dicom/parse';
import { Tag } from '../../src/image/node/dicom/tags';
import { openImageFile } from '../../src/image/node/image-file';
import { UnitFiles } from '../../src/runs/prediction/unit-files';
import { temporaryFolder } from '../helpers/tiny-clip';
import { element, file, grey, item, type Entry } from '../image/node/dicom/dicom-file';

const AXIAL = '1\\0\\0\\0\\1\\0';

function sequence(tag: number, ...items: Buffer[]): Buffer {
  return element(tag, 'SQ', Buffer.concat(items.flatMap((content) => [item(Tag.Item, content.length), content])));
}

/** What a frame states of its plane. */
interface Plane {
  position?: string;
  orientation?: string;
}

/** A DICOM file of frames of 2 x 1, the first pixel of which is 100 times the number of the frame, and the second 1000. */
function enhanced(planes: readonly Plane[], { shared = AXIAL, frames = planes.length } = {}): Buffer {
  const perFrame = planes.map(({ position, orientation }) =>
    Buffer.concat([
      ...(position === undefined ? [] : [sequence(Tag.PlanePositionSequence, element(Tag.ImagePositionPatient, 'DS', position))]),
      ...(orientation === undefined
        ? []
        : [sequence(Tag.PlaneOrientationSequence, element(Tag.ImageOrientationPatient, 'DS', orientation))]),
    ]),
  );
  const common = sequence(Tag.PlaneOrientationSequence, element(Tag.ImageOrientationPatient, 'DS', shared));
  const values = Array.from({ length: frames }, (_, i) => [100 * i, 1000]).flat();
  const entries = grey(2, values, {
    [Tag.Rows]: [1],
    [Tag.NumberOfFrames]: String(frames),
    [Tag.WindowCenter]: '-500',
    [Tag.WindowWidth]: '1000',
  });
  const groups: Entry[] = [
    [Tag.SharedFunctionalGroupsSequence, 'SQ', sequence(Tag.SharedFunctionalGroupsSequence, common).subarray(12)],
    [Tag.PerFrameFunctionalGroupsSequence, 'SQ', sequence(Tag.PerFrameFunctionalGroupsSequence, ...perFrame).subarray(12)],
    [Tag.SOPInstanceUID, 'UI', '1.2.3'],
  ];
  return file([...entries, ...groups]);
}

const at = (...heights: number[]): Plane[] => heights.map((z) => ({ position: `0\\0\\${z}` }));

function put(bytes: Buffer): string {
  const place = path.join(temporaryFolder(), 'scan.dcm');
  fs.writeFileSync(place, bytes);
  return place;
}

/** The frames of a file in the order of its slices. */
async function framesOf(bytes: Buffer, options?: SliceOptions): Promise<number[]> {
  const { slices } = await findSlices([put(bytes)], options);
  return slices.map(({ frame }) => frame);
}

test('slices of a DICOM file with several frames lie as their planes lie in space', async () => {
  const bytes = enhanced(at(10, 0, 5));
  const { slices } = await findSlices([put(bytes)]);
  assert.deepEqual(slices.map(({ frame, number }) => [frame, number]), [[1, 0], [2, 1], [0, 2]]); // prettier-ignore
  assert.deepEqual(await framesOf(bytes, { slices: [0, 0] }), [1]);
  assert.deepEqual(await framesOf(enhanced(at(10, 0, 5), { shared: '1\\0\\0\\0\\-1\\0' })), [0, 2, 1], 'along the normal');
  assert.deepEqual(await framesOf(enhanced(at(9, 0, 9, 0))), [1, 3, 0, 2], 'frames of one plane keep their order');
  const sagittal = at(0, 0, 0).map((_, i) => ({ position: `${-i}\\7\\${i}`, orientation: '0\\1\\0\\0\\0\\-1' }));
  assert.deepEqual(await framesOf(enhanced(sagittal)), [0, 1, 2]);
  assert.deepEqual(await framesOf(enhanced([...sagittal].reverse())), [2, 1, 0]);
});

test('frames keep their order where not all state parallel planes', async () => {
  const turned = at(10, 0, 5).map((plane, i) => ({ ...plane, orientation: i === 2 ? '0\\1\\0\\0\\0\\-1' : AXIAL }));
  for (const bytes of [
    enhanced([{ position: '0\\0\\10' }, {}, { position: '0\\0\\5' }]),
    enhanced([...at(10, 0), { position: '5' }]),
    enhanced(turned),
    enhanced(at(10, 0, 5), { shared: '' }),
    enhanced(at(10, 0, 5), { shared: '0\\0\\0\\0\\0\\0' }),
    enhanced(at(10, 0), { frames: 3 }),
  ])
    assert.deepEqual(await framesOf(bytes), [0, 1, 2]);
  await assert.rejects(framesOf(enhanced([...at(1, 2), { position: '0\\0\\high' }])), /ImagePositionPatient is no number/);
});

test('a prepared data set has the slices in that order', async () => {
  const from = path.join(temporaryFolder(), 'raw');
  const out = path.join(from, '..', 'out');
  fs.mkdirSync(path.join(from, 'normal'), { recursive: true });
  fs.writeFileSync(path.join(from, 'normal/scan.dcm'), enhanced(at(10, 0, 5)));
  await prepareDataset('folder', from, out, { train: 3 });
  const { train } = readDataset(out);
  const shown = await Promise.all(train.map(async ({ file: image, metadata }) => [metadata?.slice, Math.round((await readImage(image)).data[0] / 6553.5)])); // prettier-ignore
  assert.deepEqual(shown, [[0, 1], [1, 2], [2, 0]]); // prettier-ignore
});

test('a NIfTI map has the slices in that order, and a segmentation their planes', async () => {
  const scan = put(enhanced(at(10, 0, 5)));
  const out = path.join(path.dirname(scan), 'out');
  const staged = new StagedFiles(out);
  const written: string[] = [];
  const unitOf = (): { name: string; count: number } => ({ name: 'scan', count: 3 });
  const units = new UnitFiles(staged, out, { maps: 'nifti', masks: 'dicom-seg' }, unitOf, (_, files) => written.push(...files));
  const image = await openImageFile(scan);
  const { slices } = await findSlices([scan]);
  for (const [place, input] of slices.entries()) {
    const { raster } = await image.frame(input.frame);
    const own = { raster, spacing: null, window: null, facts: image };
    const map = Float32Array.of(input.frame, 9);
    await units.add({ input, place, own, score: 0, map }, { map, mask: Uint8Array.of(1, 0) }, 'scan');
  }
  await units.finish();
  staged.publish();
  const [volume, seg] = written;
  const { parts } = (await (await openImageFile(volume)).values?.()) ?? { parts: [] };
  assert.deepEqual([...parts].map((slab) => [...slab]).flat().filter((v) => v !== 9), [1, 2, 0]); // prettier-ignore
  const { data } = parseDicom(fs.readFileSync(seg));
  const heights = data.items(Tag.PerFrameFunctionalGroupsSequence).map((group) => group.item(Tag.PlanePositionSequence)?.decimals(Tag.ImagePositionPatient)[2]); // prettier-ignore
  assert.deepEqual(heights, [0, 5, 10]);
});
