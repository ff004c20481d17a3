import { mean } from '../common/averages';
import { Random } from '../common/random';
import { auroc } from '../metrics/roc';
import { encodePng } from '../image/node/encode';
import type { GrayImage } from '../image/image';
import { resizeBilinear } from '../image/resize';
import { DIFFICULTIES, type PhantomName } from '../phantoms/names';
import { renderPhantom, phantomKinds } from '../phantoms/phantom';

/** The pictures that are compared. */
export interface TrivialScoreOptions {
  seed: number;
  /** Numbers of normal and abnormal pictures; default 40 and 80. */
  normal?: number;
  abnormal?: number;
  /** Default 0.5. */
  difficulty?: number;
  /** Side of the pictures in pixels, default 256. */
  size?: number;
}

/**
 * How well scores without any knowledge of anatomy separate abnormal from normal pictures: the area
 * under the ROC curve of the mean, highest and lowest grey, the standard deviation, the size of the
 * PNG, and the distance to the nearest of 16 other normal pictures at 56 pixels. A data set on
 * which one of these comes near 1 (or 0) would measure nothing.
 */
export async function trivialScores(name: PhantomName, options: TrivialScoreOptions): Promise<Record<string, number>> {
  const { seed, normal = 40, abnormal = 80, difficulty = DIFFICULTIES.medium, size = 256 } = options;
  const kinds = phantomKinds(name);
  const render = (group: string, i: number, kind: string | false): GrayImage =>
    renderPhantom(name, Random.of(seed, name, group, i), { abnormal: kind, difficulty, size }).image;
  const bank = Array.from({ length: 16 }, (_, i) => coarse(render('support', i, false)));
  const columns: Record<string, number[]> = {};
  const labels: number[] = [];
  for (let i = 0; i < normal + abnormal; i++) {
    const kind = i >= normal && kinds[(i - normal) % kinds.length];
    const image = render('query', i, kind);
    labels.push(i < normal ? 0 : 1);
    const { length } = image.data;
    const grey = mean(image.data);
    const scores = {
      mean: grey,
      brightest: image.data.reduce((a, b) => Math.max(a, b)),
      darkest: image.data.reduce((a, b) => Math.min(a, b)),
      deviation: Math.sqrt(image.data.reduce((sum, v) => sum + (v - grey) * (v - grey), 0) / length),
      bytes: (await encodePng(image)).length,
      nearest: nearest(coarse(image), bank),
    };
    for (const [key, score] of Object.entries(scores)) (columns[key] ??= []).push(score);
  }
  return Object.fromEntries(Object.entries(columns).map(([key, scores]) => [key, auroc(scores, labels) ?? Number.NaN]));
}

function coarse(image: GrayImage): Uint8Array {
  return resizeBilinear(image, 56, 56).data;
}

function nearest(query: Uint8Array, bank: Uint8Array[]): number {
  return Math.min(...bank.map((other) => query.reduce((sum, v, i) => sum + (v - other[i]) * (v - other[i]), 0)));
}
