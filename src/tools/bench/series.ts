import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { initBackend } from '../../common/node/backend';
import { calibrateRun } from '../../runs/calibrate';
import { predictInputs } from '../../runs/predict';
import { train } from '../../runs/train';
import type { Bench, Comparison } from './bench';
import { writeCtSeries } from './ct-series';
import { againstLimit } from './limit';
import { benchPython, PythonSide } from './python-side';
import { writeRoundDataset } from './round-dataset';
import { alternate, measureDuration, ratios } from './spread';

const LIMIT = 20;

/**
 * A made-up CT series to predictions: files are found and sorted, each slice is scored by a
 * calibrated run of the compact model, and its map, overlay and mask are written.
 */
export const series: Bench = {
  about: 'a CT series of 200 DICOM slices to predictions with the compact model; against a limit of 20 s, and pydicom with Pillow',
  needsPython: false,
  rounds: 3,
  async run(options) {
    await initBackend();
    const { quick, folder, signal, rounds } = options;
    const [slices, size, imageSize] = quick ? [3, 64, 56] : [200, 512, 224];
    const scans = writeCtSeries(path.join(folder, 'ct'), { slices, size });
    const dataset = await writeRoundDataset(path.join(folder, 'round'), { train: 12, test: 2, size: imageSize });
    const run = path.join(folder, 'run');
    await train({ dataset, out: run, settings: { shots: 2, epochs: 1, imageSize }, signal });
    await calibrateRun(run, { falseAlarms: 0.2, signal });
    const predict = async (): Promise<void> => void (await predictInputs(run, [scans], path.join(folder, 'out'), { signal }));
    const ours = () => measureDuration(predict);
    const what = `a CT series of ${slices} slices of ${size} x ${size} to predictions`;
    if (!hasPydicom()) {
      const times = await alternate({ ours }, rounds, options);
      const figures = { cpuSeconds: times.ours.cpu.median, otherSide: 'skipped: pydicom or Pillow is not in .cache/bench' };
      return { comparisons: [againstLimit(what, times.ours.seconds, LIMIT)], figures };
    }
    const { side } = await PythonSide.start('series', { folder: scans, size: imageSize });
    try {
      const times = await alternate({ ours, pydicom: () => side.go() }, rounds, options);
      const beside: Comparison = {
        what: `${what}, beside reading and preprocessing alone`,
        ours: { label: 'ours, all of it', unit: 's', ...times.ours.seconds },
        other: { label: 'pydicom and Pillow, without a model or pictures', unit: 's', ...times.pydicom.seconds },
        ratioOf: 'ours / pydicom',
        ratio: ratios(times.ours.seconds, times.pydicom.seconds),
        cpuRatio: ratios(times.ours.cpu, times.pydicom.cpu),
      };
      return { comparisons: [againstLimit(what, times.ours.seconds, LIMIT), beside], figures: { cpuSeconds: times.ours.cpu.median } };
    } finally {
      side.close();
    }
  },
};

/** Whether the Python of the benches has what `scripts/bench/series.py` imports. */
function hasPydicom(): boolean {
  return spawnSync(benchPython(), ['-c', 'import numpy, PIL, pydicom'], { stdio: 'ignore' }).status === 0;
}
