import type { Dataset } from '../datasets/layout';
import { formatNumber } from '../drawing/style';
import { MediClipScorer } from '../methods/mediclip/mediclip-scorer';
import { imageMetrics, pixelMetrics, type ImageMetrics, type PixelMetrics } from '../metrics/metrics';
import { labelsOf } from '../runs/evaluate';
import { FeatureStore } from '../runs/feature-store';
import { filesOf, Pieces } from '../runs/pieces';
import { scoreStored } from '../runs/score';
import { loadTestMasks } from '../runs/test-masks';
import { viewOf } from '../runs/view';
import { GUESSED } from './guessed-metrics';
import type { Snapshots } from './snapshots';
import type { UntrainedModel } from './training-views';

/** The metrics of a test curve. Those of maps are null without masks. */
export type CurveMetrics = Pick<ImageMetrics & PixelMetrics, 'imageAuroc' | 'pixelAupro'>;

/** The metrics of a test set after an epoch; epoch 0 is before the first one. */
export interface CurvePoint extends CurveMetrics {
  epoch: number;
}

/**
 * How well a model did on a test set at every moment of its training. The images are encoded once.
 * @param spillFolder - a folder for features that do not fit into memory
 */
export async function testCurve(
  snapshots: Snapshots,
  { model, config }: UntrainedModel,
  { test }: Pick<Dataset, 'test'>,
  spillFolder: string,
): Promise<CurvePoint[]> {
  const pieces = await Pieces.of(filesOf(test.map(({ file }) => file)), viewOf(config));
  const { masks } = await loadTestMasks(test, config.imageSize, config.protocol, config.fit);
  const store = await FeatureStore.of(pieces, model, { spillFolder });
  const points: CurvePoint[] = [];
  try {
    await snapshots.replay(model, (epoch) => {
      const scorer = new MediClipScorer(model, config.score);
      const { scores, maps } = scoreStored(scorer, store, pieces);
      scorer.dispose();
      const { imageAuroc } = imageMetrics(scores, labelsOf(test));
      const found = masks && maps && pixelMetrics(maps, masks, test.length, config.imageSize, config.imageSize);
      points.push({ epoch, imageAuroc, pixelAupro: found ? found.pixelAupro : null });
    });
  } finally {
    store.dispose();
  }
  return points;
}

/**
 * In words: where the curves begin and end beside zero-shot CLIP, how soon half of the rise is done,
 * and where the highest point is.
 */
export function curveSentence(points: readonly CurvePoint[], zeroShot: CurveMetrics): string {
  const ways = GUESSED.flatMap(({ key, title }) => {
    const known = points.filter((point) => point[key] !== null);
    if (known.length === 0) return [];
    const ends = [known[0], known[known.length - 1]].map((point) => formatNumber(point[key]));
    return [`${title} goes from ${ends[0]} to ${ends[1]} (zero-shot CLIP: ${formatNumber(zeroShot[key])})`];
  });
  const known = points.flatMap(({ epoch, imageAuroc }) => (imageAuroc === null ? [] : [{ epoch, value: imageAuroc }]));
  if (known.length === 0) return 'There is no curve: the test set has one class only.';
  const [first, last] = [known[0], known[known.length - 1]];
  const rise = last.value - first.value;
  const soon = rise > 0 ? `In image AUROC, ${shareDone(first, known[1], rise)}` : 'The image AUROC does not rise';
  const highest = known.reduce((a, b) => (b.value > a.value ? b : a));
  const peak =
    highest === last
      ? 'the highest point is the last'
      : `the highest point, ${formatNumber(highest.value)}, is at epoch ${highest.epoch} (to choose that epoch would be to choose by the test set)`;
  return `From epoch ${first.epoch} to epoch ${last.epoch}, ${ways.join('; ')}. ${soon}; ${peak}.`;
}

/** How much of a rise the second point of a curve has. */
function shareDone(first: { value: number }, second: { epoch: number; value: number }, rise: number): string {
  const share = Math.max(0, Math.min(1, (second.value - first.value) / rise));
  return `${formatNumber(100 * share, 0)} % of the rise is done by epoch ${second.epoch}`;
}
