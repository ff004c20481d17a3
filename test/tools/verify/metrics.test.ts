import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/common/errors';
import { projectRoot } from '../../../src/common/node/project-root';
import { verifyMetrics } from '../../../src/tools/verify/metrics';

const golden = path.join(projectRoot(), 'test/golden');

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** A copy of the golden metrics with something changed. */
function changed(t: { after(f: () => void): void }, change: (json: Json) => void): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'metrics-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const json: Json = JSON.parse(fs.readFileSync(path.join(golden, 'metrics.json'), 'utf8'));
  change(json);
  fs.writeFileSync(path.join(dir, 'metrics.json'), JSON.stringify(json));
  fs.copyFileSync(path.join(golden, 'metrics_maps.safetensors'), path.join(dir, 'metrics_maps.safetensors'));
  return dir;
}

test('all golden metrics are reproduced', async () => {
  const checks = await verifyMetrics(golden);
  assert.deepEqual(
    checks.filter((check) => !check.ok),
    [],
  );
  assert.deepEqual(
    checks.map((check) => check.name.replace('metrics/', '')),
    [
      ...['auroc', 'average_precision', 'f1_max', 'f1_max_thresholds', 'fpr_at_95_tpr'].map((key) => `image/${key}`),
      ...['roc.fpr', 'roc.tpr', 'roc.thresholds', 'pr.precision', 'pr.recall', 'pr.thresholds'].map((key) => `curves/${key}`),
      ...['pixel_auroc', 'pixel_average_precision', 'aupro_030', 'regions', 'aupro_005', 'aupro_010', 'aupro_100', 'pixel_f1_max'].map(
        (key) => `pixel/${key}`,
      ),
    ],
  );
});

const faults: [string, (json: Json) => void][] = [
  ['image/auroc', (j) => (j.image[0].auroc += 2e-6)],
  ['image/average_precision', (j) => (j.image[26].average_precision = 1)],
  ['image/f1_max', (j) => (j.image[3].f1_max = null)],
  ['image/f1_max_thresholds', (j) => j.image[4].f1_max_thresholds.push(0.1)],
  ['image/fpr_at_95_tpr', (j) => (j.image[8].fpr_at_95_tpr -= 0.01)],
  ['curves/roc.thresholds', (j) => (j.curves[0].roc.thresholds[0] = 5)],
  ['curves/pr.precision', (j) => j.curves[1].pr.precision.pop()],
  ['pixel/pixel_auroc', (j) => (j.pixel[4].pixel_auroc = 0.5)],
  ['pixel/regions', (j) => (j.pixel[3].regions = 5)],
  ['pixel/aupro_010', (j) => (j.pixel[1].aupro_010 += 1e-5)],
  ['pixel/pixel_f1_max', (j) => (j.pixel[2].pixel_f1_max += 1e-5)],
  ['pixel/aupro_050', (j) => (j.pixel[0].aupro_050 = 0)],
];
for (const [name, change] of faults) {
  test(`a changed number is found: ${name}`, async (t) => {
    const missed = (await verifyMetrics(changed(t, change))).filter((check) => !check.ok);
    assert.deepEqual(
      missed.map((check) => check.name),
      [`metrics/${name}`],
    );
  });
}

test('a file that is not of the format is refused with the place', async (t) => {
  const refused = (change: (json: Json) => void, message: RegExp): Promise<void> =>
    assert.rejects(verifyMetrics(changed(t, change)), (error) => error instanceof UserError && message.test(error.message));
  await refused((j) => (j.image[2].scores = 'none'), /metrics\.json: image\.2\.scores/);
  await refused((j) => (j.curves[0].case = 'nobody'), /no image case "nobody"/);
  await refused((j) => (j.pixel[0].shape = [3, 24, 25]), /smooth: shape/);
  await refused((j) => (j.pixel[0].name = 'missing'), /no tensor "missing\.map"/);
});
