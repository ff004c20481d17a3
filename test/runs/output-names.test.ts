import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Tag } from '../../src/image/node/dicom/tags';
import { predictInputs } from '../../src/runs/predict';
import { outputNames } from '../../src/runs/prediction/output-names';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';
import { file as dicomFile, grey } from '../image/node/dicom/dicom-file';

test('names that a disk may take for the same get numbers: those in another case or Unicode form', () => {
  const [composed, decomposed] = ['NFC', 'NFD'].map((form) => 'lésion'.normalize(form));
  const names = outputNames([`a/${composed}.png`, `b/${decomposed}.png`, `c/${decomposed.toUpperCase()}.png`, `d/${decomposed}-2.png`]);
  assert.deepEqual(names, [composed, `${decomposed}-3`, `${decomposed.toUpperCase()}-4`, `${decomposed}-2`]);
  assert.equal(new Set(names.map((name) => name.normalize('NFC').toLowerCase())).size, 4);
});

test('files of a series in the working folder have the name of that folder', async () => {
  const run = path.join(temporaryFolder(), 'run');
  const settings = { method: 'patchcore' as const, shots: 2, imageSize: 32, baseline: { patchcore: { coresetShare: 0.5 } } };
  await train({ dataset: await writeTinyDataset(), model: writeTinyClip(), out: run, settings });
  const folder = path.join(temporaryFolder(), 'ct');
  fs.mkdirSync(folder);
  for (const z of [0, 5]) {
    const entries = grey(
      4,
      Array.from({ length: 16 }, (_, i) => 1000 + 10 * i + z),
      {
        [Tag.ImagePositionPatient]: `0\\0\\${z}`,
        [Tag.ImageOrientationPatient]: '1\\0\\0\\0\\1\\0',
        [Tag.PixelSpacing]: '1\\1',
      },
    );
    fs.writeFileSync(path.join(folder, `${z}.dcm`), dicomFile([...entries, [Tag.SeriesInstanceUID, 'UI', '1.2.3']]));
  }
  const before = process.cwd();
  try {
    process.chdir(folder);
    const { volumes } = await predictInputs(run, ['0.dcm', '5.dcm'], 'out', { maps: 'nifti' });
    assert.deepEqual(volumes.map(({ files }) => files), [[path.join('out', 'ct-map.nii.gz')]]); // prettier-ignore
    assert.ok(fs.existsSync(path.join('out', 'ct-map.nii.gz')));
  } finally {
    process.chdir(before);
  }
});
