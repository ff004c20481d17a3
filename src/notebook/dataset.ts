import path from 'node:path';
import { evenly } from '../common/evenly';
import { projectRoot } from '../common/node/project-root';
import { kindsOf, readDataset, type Dataset, type Sample } from '../datasets/layout';
import { loadSampleMask } from '../datasets/sample-mask';
import { cachedPhantoms } from '../datasets/cached-phantoms';
import { isPhantomName } from '../phantoms/names';
import { loadTestRgb } from '../image/node/load';
import type { MontageRow, Panel } from '../plots/montage';
import { COLOURS } from '../drawing/style';

/**
 * The data set of a notebook: a folder in the published layout, or a procedural set in its small size, drawn into the cache
 * where it is not there yet.
 * @throws UserError where there is no such folder, or it is damaged
 */
export async function notebookDataset(nameOrDir: string, seed = 0): Promise<Dataset> {
  if (isPhantomName(nameOrDir)) return readDataset(await cachedPhantoms(nameOrDir, { seed, size: 'small' }));
  return readDataset(path.resolve(projectRoot(), nameOrDir));
}

/** `count` samples that differ in kind where the data set names kinds ({@link kindsOf}), in its order. */
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

/** An image of a data set as a panel, the outline of its mask on it where it has one. */
export async function samplePanel(sample: Sample, size: number): Promise<Panel> {
  const image = await loadTestRgb(sample.file, size);
  const contour = (await loadSampleMask(sample, size)) ?? undefined;
  return { image, contour, caption: sample.label === 1 ? kindsOf(sample).join(', ') : undefined, captionColour: COLOURS.faint };
}

/** A row of normal and one of abnormal test images, for a montage: of every kind where kinds are known, else from all over the list. */
export async function exampleRows(dataset: Dataset, count = 6, size = 224): Promise<MontageRow[]> {
  const rows = [0, 1].map(async (label) => {
    const own = dataset.test.filter((sample) => sample.label === label);
    const chosen = own.some((sample) => kindsOf(sample).length > 0) ? variety(own, count) : evenly(own, count);
    return { label: label === 1 ? 'abnormal' : 'normal', panels: await Promise.all(chosen.map((sample) => samplePanel(sample, size))) };
  });
  return (await Promise.all(rows)).filter((row) => row.panels.length > 0);
}
