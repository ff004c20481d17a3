import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openRun } from '../../src/api/open-run';
import { readDataset } from '../../src/datasets/layout';
import { prepareDataset } from '../../src/datasets/prepare';
import { preparedReading } from '../../src/datasets/reading';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { predictImages } from '../../src/runs/predict';
import { RunFolder } from '../../src/runs/run-folder';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { file as dicomFile, grey } from '../image/node/dicom/dicom-file';

const model = writeTinyClip();

/** A folder of DICOM images whose levels lie far outside of the window that is asked for. */
function scans(): string {
  const from = path.join(temporaryFolder(), 'raw');
  for (const [folder, count] of [
    ['normal', 9],
    ['abnormal', 2],
  ] as const) {
    for (let k = 0; k < count; k++) {
      const pixels = Array.from({ length: 40 * 40 }, (_, i) => (i % 40) * 60 + (i % 97) * k + (folder === 'abnormal' && i < 400 ? 900 : 0));
      fs.mkdirSync(path.join(from, folder, String(k)), { recursive: true });
      fs.writeFileSync(path.join(from, folder, String(k), 'image.dcm'), dicomFile(grey(40, pixels)));
    }
  }
  return from;
}

test('images are read with the window of the training images, unless another is asked for', async () => {
  const from = scans();
  const base = temporaryFolder();
  const [set, own, run] = ['set', 'own', 'run'].map((name) => path.join(base, name));
  await prepareDataset('folder', from, set, { cut: { window: '600/300' } });
  assert.deepEqual(preparedReading(set), { window: '600/300' });
  const settings = { shots: 2, epochs: 1, imageSize: 32, batchSize: 2, contextTokens: 2 };
  await train({ dataset: set, model, out: run, settings, threads: 0 });
  assert.deepEqual(new RunFolder(run).readRecord().dataset.reading, { window: '600/300' });

  const [sample] = readDataset(set).test;
  const raw = path.join(from, String(sample.metadata?.source));
  const notes: string[] = [];
  const score = async (file: string, window?: string): Promise<number> => {
    const [{ score: found }] = await predictImages(run, [file], path.join(temporaryFolder(), 'out'), {
      window,
      onNote: (line) => notes.push(line),
    });
    return found;
  };
  const prepared = await score(sample.file); // a PNG, which has no window
  assert.equal(await score(raw), prepared);
  assert.deepEqual([...new Set(notes)], ['read with --window 600/300, as the training images were']);
  notes.length = 0;
  assert.notEqual(await score(raw, 'range'), prepared);
  assert.match(
    notes.join(),
    /trained on images read with --window 600\/300, but these images are read with --window range: scores may mislead/,
  );
  const opened = await openRun(run);
  assert.equal((await opened.predict(raw)).score, prepared);
  opened.dispose();

  await prepareDataset('folder', from, own);
  notes.length = 0;
  await evaluateRun(run, own, { onNote: (line) => notes.push(line) });
  assert.ok(
    notes.some((line) => /but those of this data set are read with the files' own windows/.test(line)),
    notes.join('\n'),
  );
});
