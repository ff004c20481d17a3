import path from 'node:path';
import { METHODS } from '../methods/registry';
import { mean } from '../common/averages';
import { UserError } from '../common/errors';
import { evenly } from '../common/evenly';
import { formatNumber } from '../drawing/style';
import { METRICS } from '../metrics/metrics';
import type { LongRun } from '../common/progress';
import type { Dataset } from '../datasets/layout';
import { findingsOf, type TestFinding } from '../runs/findings';
import { methodsMontage } from '../plots/methods-montage';
import type { PngPicture } from '../plots/picture';
import type { Result } from './results';
import { readScores } from './scores';

export interface MethodsFigureOptions extends LongRun {
  /**
   * Labels of the methods in `comparison`, in the order of columns (default: all that give maps).
   */
  labels?: readonly string[];
  /**
   * Number of shots (default: 16, or else the largest number that has runs). Methods that see no
   * training images are always included.
   */
  shots?: number;
  /** Model of the runs (default: the first by name). */
  model?: string;
  /** Seed of the runs (default: the smallest). */
  seed?: number;
  /**
   * Number of abnormal images, evenly spaced in the test set; one normal image follows (default 4).
   */
  count?: number;
}

/**
 * A qualitative comparison from finished runs: one row per test image, with its mask and the map of
 * each method, whose means of image AUROC and AUPRO over all seeds stand above. Images are chosen by
 * their position in the test set, not by how well a method does on them.
 * @throws UserError if there are no such runs on the data set
 */
export async function methodsFigure(results: readonly Result[], dataset: Dataset, options: MethodsFigureOptions = {}): Promise<PngPicture> {
  const { count = 4, labels, seed, ...run } = options;
  const home = results.filter((row) => row.group === 'methods' && row.dataset === dataset.name && row.trainedOn === dataset.name);
  const { model = home.map((row) => row.model).sort()[0] } = options;
  const available = home.filter((row) => row.model === model).map((row) => row.shots);
  const { shots = available.includes(16) ? 16 : Math.max(0, ...available) } = options;
  const candidates = home.filter((row) => row.model === model && (row.shots === shots || row.shots === 0));
  const names = labels ?? [...new Set([...candidates].sort((a, b) => a.order - b.order).map(({ label }) => label))];
  const counted = candidates
    .filter(({ abnormalShots }) => abnormalShots > 0)
    .map(({ predictions }) => new Set(readScores(predictions).files));
  const tested = dataset.test.filter(({ filename }) => counted.every((names) => names.has(filename))); // without abnormal shots
  const [normal, abnormal] = [0, 1].map((label) => tested.filter((sample) => sample.label === label));
  const chosen = [...evenly(abnormal, count), ...normal.slice(0, 1)];
  const methods: { name: string; notes: string[]; findings: TestFinding[] }[] = [];
  for (const name of names) {
    const runs = candidates.filter((row) => row.label === name && (seed === undefined || row.seed === seed || row.shots === 0));
    const [first] = runs.sort((a, b) => a.seed - b.seed);
    if (!first)
      throw new UserError(`${dataset.name}: no finished run of ${name} with k = ${shots}${seed === undefined ? '' : ` and seed ${seed}`}`);
    if (!METHODS[first.method].maps) continue;
    const notes = metricNotes(candidates.filter((row) => row.label === name));
    methods.push({ name, notes, findings: await findingsOf(path.dirname(first.predictions), chosen, run) });
  }
  if (methods.length === 0) throw new UserError(`${dataset.name}: no finished run with k = ${shots} gives maps`);
  const images = methods[0].findings.map(({ image, mask, label, name }) => ({ image, mask, label, name }));
  return methodsMontage(
    images,
    methods.map(({ name, notes, findings }) => ({
      name,
      notes,
      maps: findings.map(({ map }) => map),
      scores: findings.map(({ score }) => score),
      scale: findings[0].scale,
    })),
  );
}

/** The means of image AUROC and AUPRO over seeds, as far as they are defined. */
function metricNotes(runs: readonly Result[]): string[] {
  return (['imageAuroc', 'pixelAupro'] as const).flatMap((metric) => {
    const values = runs.flatMap((run) => run[metric] ?? []);
    return values.length === 0 ? [] : [`${METRICS[metric].title.replace(/^pixel /, '')} ${formatNumber(mean(values), 2)}`];
  });
}
