import path from 'node:path';
import { METHODS } from '../methods/registry';
import { UserError } from '../common/errors';
import { evenly } from '../common/evenly';
import type { LongRun } from '../common/progress';
import type { Dataset } from '../datasets/layout';
import { samplesFound, type TestFinding } from '../runs/findings';
import { methodsMontage } from '../plots/methods-montage';
import type { PngPicture } from '../plots/picture';
import type { Result } from './results';

export interface MethodsFigureOptions extends LongRun {
  /** Methods by their labels in `comparison`, in the order of columns (default: all that give maps). */
  labels?: readonly string[];
  /** Default 16, or the most there are runs with; methods that see no training image take part with any. */
  shots?: number;
  /** Of runs on several models (default: the first by name). */
  model?: string;
  /** Seed of the runs (default: the smallest there is). */
  seed?: number;
  /** Abnormal images, evenly over the test set; one normal image follows (default 4). */
  count?: number;
}

/**
 * A qualitative grid from finished runs: a row a test image with its mask and the map of each method. Images are chosen by their place
 * in the test set, not by how well anything does on them.
 * @throws UserError where there are no such runs on that data set
 */
export async function methodsFigure(results: readonly Result[], dataset: Dataset, options: MethodsFigureOptions = {}): Promise<PngPicture> {
  const { count = 4, labels, seed, ...run } = options;
  const home = results.filter((row) => row.group === 'methods' && row.dataset === dataset.name && row.trainedOn === dataset.name);
  const { model = home.map((row) => row.model).sort()[0] } = options;
  const there = home.filter((row) => row.model === model).map((row) => row.shots);
  const { shots = there.includes(16) ? 16 : Math.max(0, ...there) } = options;
  const here = home.filter((row) => row.model === model && (row.shots === shots || row.shots === 0));
  const names = labels ?? [...new Set([...here].sort((a, b) => a.order - b.order).map(({ label }) => label))];
  const [normal, abnormal] = [0, 1].map((label) => dataset.test.filter((sample) => sample.label === label));
  const chosen = [...evenly(abnormal, count), ...normal.slice(0, 1)];
  const methods: { name: string; findings: TestFinding[] }[] = [];
  for (const name of names) {
    const runs = here.filter((row) => row.label === name && (seed === undefined || row.seed === seed || row.shots === 0));
    const [first] = runs.sort((a, b) => a.seed - b.seed);
    if (!first)
      throw new UserError(`${dataset.name}: no finished run of ${name} with k = ${shots}${seed === undefined ? '' : ` and seed ${seed}`}`);
    if (!METHODS[first.method].maps) continue;
    methods.push({ name, findings: await samplesFound(path.dirname(first.predictions), chosen, run) });
  }
  if (methods.length === 0) throw new UserError(`${dataset.name}: no finished run with k = ${shots} gives maps`);
  const images = methods[0].findings.map(({ image, mask, label, name }) => ({ image, mask, label, name }));
  return methodsMontage(
    images,
    methods.map(({ name, findings }) => ({
      name,
      maps: findings.map(({ map }) => map),
      scores: findings.map(({ score }) => score),
      scale: findings[0].scale,
    })),
  );
}
