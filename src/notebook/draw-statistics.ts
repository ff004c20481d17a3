import path from 'node:path';
import { projectRoot } from '../common/node/project-root';
import { Random } from '../common/random';
import { readDrawColumns, readDrawImages } from '../datasets/reference-draws';
import type { DeepGrayImage } from '../image/image';
import { kolmogorovSmirnov } from '../metrics/kolmogorov-smirnov';
import { drawColumns } from '../synthesis/draw-columns';
import type { TaskName } from '../synthesis/task-names';
import { synthesize } from '../synthesis/tasks';
import type { Agreement } from '../plots/draw-charts';
import { formatNumber } from '../drawing/style';
import type { Table } from '../plots/table';
import { TASK_STYLE } from '../plots/task-style';

/** What is measured of one draw. */
export interface DrawStatistics {
  task: TaskName;
  /** Number of the draw; it is on image `draw` modulo their number. */
  draw: number;
  anomalies: number;
  /** Share of the pixels with mask > 0. */
  area: number;
  /** Mean change within the mask in grey levels; negative is darker. */
  change: number;
  /** Mean absolute change within the mask in grey levels. */
  absoluteChange: number;
}

/** Measures `count` draws of each task with the published parameters. A draw without a mask is measured as 0. */
export async function drawStatistics(
  tasks: readonly TaskName[],
  images: readonly DeepGrayImage[],
  count: number,
  seed: number,
): Promise<DrawStatistics[]> {
  const out: DrawStatistics[] = [];
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

/** The published implementation's 600 draws a task, and the images that they were made on. */
export interface PublishedDraws {
  images: DeepGrayImage[];
  area: Record<string, number[]>;
  absoluteChange: Record<string, number[]>;
}

/** Reads the reference draws that lie in `test/golden`. */
export async function publishedDraws(dir = path.join(projectRoot(), 'test', 'golden', 'synthesis')): Promise<PublishedDraws> {
  const columns = readDrawColumns(path.join(dir, 'draws.json'));
  const column = (name: string): Record<string, number[]> =>
    Object.fromEntries(Object.entries(columns).map(([task, of]) => [task, of[name].map((v) => v ?? 0)]));
  return { images: await readDrawImages(dir), area: column('mask_fraction'), absoluteChange: column('absd_in') };
}

/** Areas and absolute changes by this project and by the published code, task by task. */
export function agreements(tasks: readonly TaskName[], ours: readonly DrawStatistics[], published: PublishedDraws): Agreement[] {
  const of = (task: TaskName): DrawStatistics[] => ours.filter((draw) => draw.task === task);
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

/** Means and the Kolmogorov-Smirnov test of each pair. */
export function agreementTable(pairs: readonly Agreement[]): Table {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const rows = pairs.map(({ task, measure, ours, published }) => {
    const { distance, p } = kolmogorovSmirnov(ours, published);
    return [TASK_STYLE[task].name, measure, ...[mean(ours), mean(published), distance, p].map((v) => formatNumber(v))];
  });
  return { columns: ['task', 'measure', 'mean, this project', 'mean, published code', 'largest gap', 'p'], rows };
}
