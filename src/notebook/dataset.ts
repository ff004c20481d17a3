import path from 'node:path';
import { evenly } from '../common/evenly';
import { projectRoot } from '../common/node/project-root';
import { kindsOf, readDataset, type Dataset, type Sample } from '../datasets/layout';
import { loadSampleMask } from '../datasets/sample-mask';
import { cachedPhantoms } from '../datasets/cached-phantoms';
import { isPhantomName } from '../phantoms/names';
import type { Raster } from '../image/image';
import { loadTestRgb } from '../image/node/load';
import { gallery } from '../plots/gallery';
import { montage, type MontageOptions, type MontageRow, type Panel } from '../plots/montage';
import type { PngPicture } from '../plots/picture';
import { COLOURS } from '../drawing/style';

/**
 * The data set of a notebook: a folder in the published layout, or a procedural data set in its
 * small size, which is generated into the cache the first time.
 * @param nameOrDir - `phantom-brain` and the like, or a folder, absolute or below the project
 * @throws UserError if there is no such folder, or it is damaged
 */
export async function openDataset(nameOrDir: string, seed = 0): Promise<Dataset> {
  if (isPhantomName(nameOrDir)) return readDataset(await cachedPhantoms(nameOrDir, { seed, size: 'small' }));
  return readDataset(path.resolve(projectRoot(), nameOrDir));
}

/**
 * What is normal and what is abnormal of samples, findings or anything else with a label; each in
 * the order given.
 */
export function splitByLabel<T extends { label: 0 | 1 }>(all: readonly T[]): [normal: T[], abnormal: T[]] {
  return [all.filter(({ label }) => label === 0), all.filter(({ label }) => label === 1)];
}

/**
 * `count` samples of as many kinds of anomaly as possible where the data set names kinds
 * ({@link kindsOf}), in its order.
 */
export function variety(samples: readonly Sample[], count: number): Sample[] {
  const seen = new Map<string, number>();
  const ranked = samples.map((sample, i) => {
    const kind = kindsOf(sample).join(', ');
    const turn = seen.get(kind) ?? 0;
    seen.set(kind, turn + 1);
    return { sample, turn, i };
  });
  return ranked
    .sort((a, b) => a.turn - b.turn || a.i - b.i)
    .slice(0, count)
    .map(({ sample }) => sample);
}

/** An image of a data set as a panel, with the outline of its mask where it has one. */
export async function samplePanel(sample: Sample, size: number): Promise<Panel> {
  const image = await loadTestRgb(sample.file, size);
  const contour = (await loadSampleMask(sample, size)) ?? undefined;
  return { image, contour, caption: sample.label === 1 ? kindsOf(sample).join(', ') : undefined, captionColour: COLOURS.faint };
}

/**
 * One row of normal and one of abnormal test images, for a montage: images of every kind where
 * kinds are known, otherwise evenly over the list.
 */
export async function exampleRows(dataset: Dataset, count = 6, size = 224): Promise<MontageRow[]> {
  const rows = [0, 1].map(async (label) => {
    const own = dataset.test.filter((sample) => sample.label === label);
    const chosen = own.some((sample) => kindsOf(sample).length > 0) ? variety(own, count) : evenly(own, count);
    return { label: label === 1 ? 'abnormal' : 'normal', panels: await Promise.all(chosen.map((sample) => samplePanel(sample, size))) };
  });
  return (await Promise.all(rows)).filter((row) => row.panels.length > 0);
}

/**
 * Test images of one data set or several: per data set one row of normal and one of abnormal
 * images, true anomalies outlined.
 * @param options.count - images per row, default 6
 */
export async function exampleMontage(
  datasets: Dataset | readonly Dataset[],
  options: Partial<MontageOptions> & { count?: number } = {},
): Promise<PngPicture> {
  const { count = 6, ...rest } = options;
  const all = [datasets].flat() as Dataset[];
  const rows = await Promise.all(
    all.map(async (dataset) =>
      (await exampleRows(dataset, count)).map((row) => (all.length === 1 ? row : { ...row, label: `${dataset.name}, ${row.label}` })),
    ),
  );
  const names = all.map(({ name }) => name).join(', ');
  const alt = `Test images of ${names}: normal ones above, abnormal ones below, true anomalies outlined where they are known.`;
  return montage(rows.flat(), { alt, cell: 132, ...rest });
}

/** The normal images that a run learns from, samples or loaded images, eight per row. */
export async function supportGallery(
  support: readonly (Sample | Raster)[],
  options: Partial<MontageOptions> & { perRow?: number } = {},
): Promise<PngPicture> {
  const panels = await Promise.all(support.map(async (image) => ('file' in image ? samplePanel(image, 224) : { image })));
  return gallery(panels, {
    alt: support.length === 1 ? 'The normal image of the support set.' : `The ${support.length} normal images of the support set.`,
    perRow: 8,
    ...options,
  });
}
