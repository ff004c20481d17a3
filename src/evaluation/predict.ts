import fs from 'node:fs';
import path from 'node:path';
import { tf } from '../common/backend';
import { UserError } from '../common/errors';
import { writeFileAtomic } from '../common/files';
import type { LongRun } from '../common/progress';
import { writePng } from '../image/encode';
import type { RgbImage } from '../image/image';
import { loadTestRgb } from '../image/load';
import { pixelValues } from '../image/pixel-values';
import { imageScore } from '../mediclip/image-score';
import { heatOverlay, rangeOf } from '../plots/overlay';
import { csvCell } from './evaluate';
import { loadRun } from '../training/session';

/** What was found in one image. */
export interface Prediction {
  image: string;
  /** Higher is more abnormal; comparable between images of one run. */
  score: number;
  /** 16-bit grey PNG, S x S: probability of "abnormal" times 65535. */
  map: string;
  /** The image at S x S with the map in heat colours; all overlays of one call share one range. */
  overlay: string;
}

/**
 * Scores any images with a run and writes a map and an overlay for each, and `predictions.csv`.
 * @throws UserError where an image or the run is missing or unreadable, before anything is written
 */
export async function predictImages(run: string, images: readonly string[], out: string, options: LongRun = {}): Promise<Prediction[]> {
  if (images.length === 0) throw new UserError('predict: name at least one image', 2);
  for (const image of images) if (!fs.existsSync(image)) throw new UserError(`${image}: no such file`);
  const { model, record, dispose } = await loadRun(run);
  try {
    const size = model.clip.imageSize;
    const loaded: RgbImage[] = [];
    for (const image of images) loaded.push(await loadTestRgb(image, size));
    const text = model.textFeatures();
    const found = loaded.map((image, i) => {
      if (options.signal?.aborted) throw new UserError('stopped; nothing was written');
      options.onProgress?.({ phase: 'scoring images', done: i, total: images.length });
      let score = NaN;
      const map = tf.tidy(() => {
        const pixels = tf.tensor4d(pixelValues([image]), [1, 3, size, size]);
        const anomaly = model.anomalyMap(model.encode(pixels), text);
        [score] = imageScore(anomaly, record.config.score).dataSync();
        return anomaly.dataSync() as Float32Array;
      });
      return { score, map };
    });
    text.dispose();
    return await writePredictions(images, loaded, found, out);
  } finally {
    dispose();
  }
}

async function writePredictions(
  images: readonly string[],
  loaded: readonly RgbImage[],
  found: readonly { score: number; map: Float32Array }[],
  out: string,
): Promise<Prediction[]> {
  const range = rangeOf(found.map(({ map }) => map));
  const names = outputNames(images);
  const predictions: Prediction[] = [];
  for (const [i, { score, map }] of found.entries()) {
    const { width, height } = loaded[i];
    const prediction = {
      image: images[i],
      score,
      map: path.join(out, `${names[i]}-map.png`),
      overlay: path.join(out, `${names[i]}-overlay.png`),
    };
    await writePng(prediction.map, { width, height, channels: 1, data: Uint16Array.from(map, (p) => Math.round(p * 65535)) });
    await writePng(prediction.overlay, heatOverlay(loaded[i], map, { range }));
    predictions.push(prediction);
  }
  const rows = predictions.map((p) => [p.image, p.score, p.map, p.overlay].map((cell) => csvCell(String(cell))).join(','));
  writeFileAtomic(path.join(out, 'predictions.csv'), ['image,score,map,overlay', ...rows, ''].join('\n'));
  return predictions;
}

/** A file name for each image: its own without extension, numbered where two are alike. */
function outputNames(images: readonly string[]): string[] {
  const used = new Map<string, number>();
  return images.map((image) => {
    const stem = path.basename(image, path.extname(image));
    const count = (used.get(stem) ?? 0) + 1;
    used.set(stem, count);
    return count === 1 ? stem : `${stem}-${count}`;
  });
}
