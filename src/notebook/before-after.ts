import { kindsOf } from '../datasets/layout';
import { heatOverlay } from '../drawing/overlay';
import { COLOURS, formatNumber } from '../drawing/style';
import { heatLegend } from '../plots/heat-legend';
import { montage, type MontageRow } from '../plots/montage';
import type { PngPicture } from '../plots/picture';
import { findingsOf, type TestFinding } from '../runs/findings';
import { cellOf, placesAmongNormals, type TransferMatrix, type TransferRun } from '../runs/transfer';
import type { Example } from './typical';

/**
 * The same test images by several runs: one column per image, and below it one map per run, in the
 * colours of that run and with the image's place among the normal ones.
 * @param matrix - the runs on the test set of the examples
 */
export async function beforeAfter(
  matrix: TransferMatrix,
  runs: readonly TransferRun[],
  examples: readonly Example<TestFinding>[],
): Promise<PngPicture> {
  const [{ name: dataset, test }] = matrix.datasets;
  const samples = examples.map(({ item }) => item.sample);
  const images = examples.map(({ item: { image, mask, sample } }) => ({
    image,
    contour: mask ?? undefined,
    caption: sample.label === 1 ? kindsOf(sample).join(', ') || 'abnormal' : 'normal',
    captionColour: COLOURS[sample.label === 1 ? 'abnormal' : 'normal'],
  }));
  const rows: MontageRow[] = [{ label: 'image', panels: images }];
  const scales: TestFinding['scale'][] = [];
  const said: string[] = [];
  for (const { name, run } of runs) {
    const places = placesAmongNormals(cellOf(matrix, name, dataset));
    const captions = samples.map(({ file }) => {
      const place = places[test.findIndex((sample) => sample.file === file)];
      return `over ${formatNumber(100 * place, 0)} % of normals`;
    });
    const found = await findingsOf(run, samples);
    const panels = found.map(({ image, map, mask, scale }, i) => ({
      image: heatOverlay(image, map, { range: [scale.low, scale.high] }),
      contour: mask ?? undefined,
      caption: captions[i],
    }));
    rows.push({ label: name, panels });
    scales.push(...found.map(({ scale }) => scale));
    said.push(`${name}: ${captions.join(', ')}`);
  }
  const alt = `${examples.map(({ role }) => role).join(', ')}: images, and below each its anomaly maps. ${said.join('; ')}.`;
  return montage(rows, {
    alt,
    columns: examples.map(({ role }) => role),
    ...(scales.length > 0 ? heatLegend(scales) : {}),
    labelRoom: 130,
  });
}
