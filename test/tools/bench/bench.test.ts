import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Interrupted } from '../../../src/common/errors';
import { findSlices } from '../../../src/datasets/slices';
import { openImageFile } from '../../../src/image/node/image-file';
import { reached, type Bench, type Comparison } from '../../../src/tools/bench/bench';
import { writeCtSeries } from '../../../src/tools/bench/ct-series';
import { BENCHES } from '../../../src/tools/bench/list';
import { hasBenchPython } from '../../../src/tools/bench/python-side';
import { runBench } from '../../../src/tools/bench/run-bench';
import { alternate, ratios, spread } from '../../../src/tools/bench/spread';
import { main } from '../../../src/cli/main';
import { temporaryFolder } from '../../helpers/tiny-clip';

test('a spread has the median of an even and of an odd number, and keeps the order of its values', () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3, values: [3, 1, 2] });
  assert.equal(spread([4, 1, 2, 3]).median, 2.5);
  assert.deepEqual(ratios(spread([4, 9]), spread([2, 3])).values, [2, 3]);
});

test('sides are measured in turn, the first time of each is not counted', async () => {
  const order: string[] = [];
  const side = (name: string, values: number[]) => async () => {
    order.push(name);
    return { seconds: values.shift() as number, cpu: 1 };
  };
  const times = await alternate({ a: side('a', [9, 1, 2]), b: side('b', [8, 3, 4]) }, 2);
  assert.equal(order.join(''), 'ababab');
  assert.deepEqual(
    [times.a.seconds.values, times.b.seconds.values],
    [
      [1, 2],
      [3, 4],
    ],
  );
});

test('a goal is met or missed by the median', () => {
  const of = (values: number[], goal?: Comparison['goal']): boolean | undefined => reached({ ratio: spread(values), goal } as Comparison);
  assert.equal(of([0.9, 1.5, 0.8], { atMost: 1 }), true);
  assert.equal(of([1.1, 1.5, 0.8], { atMost: 1 }), false);
  assert.equal(of([4, 6, 7], { atLeast: 5 }), true);
  assert.equal(of([4, 4, 7], { atLeast: 5 }), false);
  assert.equal(of([1]), undefined);
});

const folders = (): string[] => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('mediclip-bench-'));

test('a bench that is stopped or fails leaves no folder behind', async () => {
  const before = folders();
  let folder = '';
  const work = (run: Bench['run']): Promise<unknown> => runBench('test', { about: '', needsPython: false, rounds: 1, run });
  await assert.rejects(
    work(async (options) => {
      ({ folder } = options);
      assert.ok(fs.existsSync(folder));
      throw new Error('broken');
    }),
    /broken/,
  );
  assert.ok(!fs.existsSync(folder));
  const side = async () => ({ seconds: 1, cpu: 1 });
  const stopping = work(async ({ rounds }) => {
    await alternate({ side }, rounds, { signal: AbortSignal.abort() });
    return { comparisons: [], figures: {} };
  });
  await assert.rejects(stopping, Interrupted);
  assert.deepEqual(folders(), before);
});

test('a bench that does not exist is a mistake of the caller', async () => {
  const { exitCode } = process;
  try {
    await main(['bench', 'nothing']);
    assert.equal(process.exitCode, 2);
  } finally {
    process.exitCode = exitCode;
  }
});

test('the made-up CT series is one series, in order, with spacing and window', async () => {
  const dir = temporaryFolder();
  const { slices, groups, left } = await findSlices([writeCtSeries(dir, { slices: 3, size: 16 })]);
  assert.deepEqual([groups.length, left.length], [1, 0]);
  assert.deepEqual(
    slices.map(({ file }) => path.basename(file)),
    ['0.dcm', '1.dcm', '2.dcm'],
  );
  const image = await openImageFile(slices[1].file);
  assert.deepEqual([image.width, image.bits, image.spacing?.row, image.window?.(0)], [16, 12, 0.5, "40/80 (the file's)"]);
});

for (const [name, bench] of Object.entries(BENCHES)) {
  const skip = bench.needsPython && !hasBenchPython() && 'npm run bench:setup installs the other side';
  test(`${name} works at a tiny size`, { skip }, async () => {
    const report = await runBench(name, bench, { quick: true, rounds: 1 });
    assert.ok(report.comparisons.length > 0 && report.machine.cores > 0);
    for (const { what, ratio, reached: met } of report.comparisons) {
      assert.ok(Number.isFinite(ratio.median), what);
      assert.equal(met, undefined); // a quick run reaches nothing
    }
  });
}
