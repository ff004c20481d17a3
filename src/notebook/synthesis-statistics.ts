import path from 'node:path';
import { mean } from '../common/averages';
import { projectRoot } from '../common/node/project-root';
import { Random } from '../common/random';
import { readDrawColumns, readDrawImages } from '../datasets/reference-draws';
import type { DeepGrayImage } from '../image/image';
import { kolmogorovSmirnov } from '../metrics/kolmogorov-smirnov';
import { drawColumns } from '../synthesis/draw-columns';
import { synthesize } from '../synthesis/tasks';
import { exportPage } from '../plots/export';
import type { Interactive } from '../plots/picture';
import type { DistributionPair } from '../plots/synthesis-charts';
import { formatNumber } from '../drawing/style';
import type { Table } from '../plots/table';
import { taskStyle } from '../plots/task-style';

/** What is measured of one synthetic image. */
export interface SynthesisStatistics {
  task: string;
  /**
   * Number of the synthetic image within its task; it is made on image `draw` modulo the number of
   * images.
   */
  draw: number;
  /** Shapes on the image. */
  anomalies: number;
  /** Share of the pixels with mask > 0. */
  area: number;
  /** Mean change within the mask in grey levels; negative is darker. */
  change: number;
  /** Mean absolute change within the mask in grey levels. */
  absoluteChange: number;
}

/**
 * Measures `count` synthetic images of each task with the published parameters. All measures are 0
 * where the mask is empty.
 */
export async function synthesisStatistics(
  tasks: readonly string[],
  images: readonly DeepGrayImage[],
  count: number,
  seed: number,
): Promise<SynthesisStatistics[]> {
  const out: SynthesisStatistics[] = [];
  for (const task of tasks) {
    for (let draw = 0; draw < count; draw++) {
      const image = images[draw % images.length];
      const random = Random.of(seed, 'statistics', task, draw);
      const columns = drawColumns(image, synthesize(task, image, { support: images, random }));
      out.push({
        task,
        draw,
        anomalies: columns.anomalies ?? 0,
        area: columns.mask_fraction ?? 0,
        change: columns.d_in ?? 0,
        absoluteChange: columns.absd_in ?? 0,
      });
    }
    await new Promise(setImmediate);
  }
  return out;
}

/**
 * Measures of 600 synthetic images per task by the published code, and the normal images that they
 * were made on.
 */
export interface PublishedStatistics {
  images: DeepGrayImage[];
  area: Record<string, number[]>;
  absoluteChange: Record<string, number[]>;
}

/** Reads the reference of the published code from `test/golden`. */
export async function publishedStatistics(dir = path.join(projectRoot(), 'test', 'golden', 'synthesis')): Promise<PublishedStatistics> {
  const columns = readDrawColumns(path.join(dir, 'draws.json'));
  const column = (name: string): Record<string, number[]> =>
    Object.fromEntries(Object.entries(columns).map(([task, of]) => [task, of[name].map((v) => v ?? 0)]));
  return { images: await readDrawImages(dir), area: column('mask_fraction'), absoluteChange: column('absd_in') };
}

/**
 * Pairs the areas and absolute changes by this project with those by the published code, task by
 * task.
 */
export function compareStatistics(
  tasks: readonly string[],
  ours: readonly SynthesisStatistics[],
  published: PublishedStatistics,
): DistributionPair[] {
  const of = (task: string): SynthesisStatistics[] => ours.filter((draw) => draw.task === task);
  return [
    ...tasks.map((task) => ({
      task,
      measure: 'area (share)',
      ours: of(task).map((draw) => draw.area),
      published: published.area[task] ?? [],
    })),
    ...tasks.map((task) => ({
      task,
      measure: 'mean |change| (grey levels)',
      ours: of(task).map((draw) => draw.absoluteChange),
      published: published.absoluteChange[task] ?? [],
    })),
  ];
}

/** The means and the Kolmogorov-Smirnov test of each pair. */
export function distributionTable(pairs: readonly DistributionPair[]): Table {
  const rows = pairs.map(({ task, measure, ours, published }) => {
    const { distance, p } = kolmogorovSmirnov(ours, published);
    return [taskStyle(task).name, measure, ...[mean(ours), mean(published), distance, p].map((v) => formatNumber(v))];
  });
  return { columns: ['task', 'measure', 'mean, this project', 'mean, published code', 'largest gap', 'p'], rows };
}

/**
 * Exports both interactive pictures of notebook 01 as one page, `figures/synthesis.html`, which
 * needs neither Jupyter nor a network.
 */
export async function exportSynthesisPage(explorer: Interactive, cloud: Interactive): Promise<void> {
  await exportPage('synthesis', 'Synthetic anomalies', [
    { heading: 'Turn the knobs', text: 'Choose a parameter, move the slider.', picture: explorer },
    { heading: 'A thousand draws', text: 'Area against mean change.', picture: cloud },
  ]);
}
