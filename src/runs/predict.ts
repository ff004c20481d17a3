import fs from 'node:fs';
import path from 'node:path';
import { csvText, type CsvValue } from '../common/csv';
import { UserError } from '../common/errors';
import { checkWritable, writeFileAtomic } from '../common/node/files';
import { type LongRun, stopIfAsked } from '../common/progress';
import { shellQuote } from '../common/shell-quote';
import { shortName } from '../common/node/short-name';
import { writePng } from '../image/node/encode';
import type { RgbImage } from '../image/image';
import { loadTestRgb } from '../image/node/load';
import { heatOverlay } from '../drawing/overlay';
import { withColourBar } from '../drawing/overlay-bar';
import { mapScale, type MapScale } from './map-scale';
import { loadRun } from './load';
import { checkScore, ONE_BY_ONE, scoreBatches } from './score';

/** The prediction for one image. */
export interface Prediction {
  image: string;
  /** Higher is more abnormal; comparable between images of the same run. */
  score: number;
  /** 16-bit grey PNG, S x S: `mapRange` as 0 to 65535; null for methods without maps. */
  map: string | null;
  /**
   * The image at S x S with its map in the heat colours of the run's scale, and a colour bar below.
   */
  overlay: string | null;
  /** The colour scale of the overlay; the same for all images of a run. */
  scale: MapScale | null;
  /**
   * The values of the map at 0 and at 65535, the same for all images of a run: 0 and 1 if maps are
   * probabilities (MediCLIP and the language-based methods), else 0 and ten times the last colour
   * of the scale.
   */
  mapRange: readonly [number, number] | null;
  /** Number of pixels of the map outside that range, which are 0 or 65535 in the file. */
  mapClipped: number | null;
}

/**
 * Scores any images with a run of any method. Writes `predictions.csv` and, if the method has maps,
 * a map and an overlay for each image.
 * @throws UserError if an image or the run is missing or unreadable, before anything is written
 */
export async function predictImages(run: string, images: readonly string[], out: string, options: LongRun = {}): Promise<Prediction[]> {
  if (images.length === 0) throw new UserError('predict: give at least one image', 2);
  for (const image of images) {
    const stat = fs.statSync(image, { throwIfNoEntry: false });
    if (!stat) throw new UserError(`${image}: no such file`);
    if (stat.isDirectory()) throw new UserError(`${image}: is a folder; give the images in it: ${path.join(shellQuote(image), '*.png')}`);
  }
  const files = outputFiles(images, out);
  const loadedRun = await loadRun(run);
  const { scorer, dispose } = loadedRun;
  try {
    const size = scorer.imageSize;
    const loaded: RgbImage[] = [];
    checkWritable(out);
    for (const [i, image] of images.entries()) {
      stopIfAsked(options);
      options.onProgress?.({ phase: 'reading images', done: i, total: images.length });
      loaded.push(await loadTestRgb(image, size));
    }
    const found: { score: number; map: Float32Array | null }[] = [];
    const scored = scoreBatches(images.length, (i) => loaded[i], scorer, { ...options, ...ONE_BY_ONE });
    for await (const { start, scores, maps } of scored) {
      checkScore(scores[0], images[start], run);
      found.push({ score: scores[0], map: maps });
    }
    const scale = await mapScale(loadedRun, options);
    const mapRange = scale && (scorer.mapRange ?? ([0, Number((10 * scale.high).toPrecision(4))] as const));
    return await writePredictions(images, files, loaded, found, scale, mapRange, out);
  } finally {
    dispose();
  }
}

async function writePredictions(
  images: readonly string[],
  files: readonly OutputFiles[],
  loaded: readonly RgbImage[],
  found: readonly { score: number; map: Float32Array | null }[],
  scale: MapScale | null,
  mapRange: readonly [number, number] | null,
  out: string,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  const written: string[] = [];
  const write = async (file: string, picture: Parameters<typeof writePng>[1]): Promise<void> => {
    await writePng(file, picture);
    written.push(file);
  };
  try {
    for (const [i, { score, map }] of found.entries()) {
      if (!map || !scale || !mapRange) {
        predictions.push({ image: images[i], score, map: null, overlay: null, scale: null, mapRange: null, mapClipped: null });
        continue;
      }
      const { width, height } = loaded[i];
      const [low, high] = mapRange;
      await write(files[i].map, { width, height, channels: 1, data: Uint16Array.from(map, (v) => levelOf(v, mapRange)) });
      await write(files[i].overlay, await withColourBar(heatOverlay(loaded[i], map, { range: [scale.low, scale.high] }), scale));
      const mapClipped = map.reduce((count, value) => count + (value < low || value > high ? 1 : 0), 0);
      predictions.push({ image: images[i], score, ...files[i], scale, mapRange, mapClipped });
    }
    writeFileAtomic(path.join(out, 'predictions.csv'), csvText(COLUMNS, predictions.map(rowOf)));
    return predictions;
  } catch (error) {
    for (const file of written) fs.rmSync(file, { force: true }); // pictures without the list would be half a result
    throw error;
  }
}

const COLUMNS = ['image', 'score', 'map', 'overlay', 'map_low', 'map_high', 'map_clipped', 'overlay_low', 'overlay_high'] as const;

function rowOf({ scale, mapRange, mapClipped, ...prediction }: Prediction): Record<(typeof COLUMNS)[number], CsvValue> {
  const [low, high] = mapRange ?? [null, null];
  const colours = { overlay_low: scale?.low ?? null, overlay_high: scale?.high ?? null };
  return { ...prediction, map_low: low, map_high: high, map_clipped: mapClipped, ...colours };
}

/** A value as one of 65536 levels. */
function levelOf(value: number, [low, high]: readonly [number, number]): number {
  return high > low ? Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * 65535) : 0;
}

interface OutputFiles {
  map: string;
  overlay: string;
}

/** @throws UserError if one of them is an image to be scored */
function outputFiles(images: readonly string[], out: string): OutputFiles[] {
  const read = new Set(images.map((image) => fs.realpathSync(image)));
  return outputNames(images).map((name) => {
    const files = { map: path.join(out, `${name}-map.png`), overlay: path.join(out, `${name}-overlay.png`) };
    for (const file of Object.values(files)) {
      if (fs.existsSync(file) && read.has(fs.realpathSync(file))) {
        throw new UserError(`${file}: is one of the images and would be overwritten; choose another --out`);
      }
    }
    return files;
  });
}

/**
 * A file name for each image: its own without extension, shortened if a longer one would not fit.
 * If several images have the same name, the first keeps it and the others get the next free
 * numbers. Upper and lower case count as the same, as on many disks.
 */
function outputNames(images: readonly string[]): string[] {
  const stems = images.map((image) => shortName(path.basename(image, path.extname(image))));
  const own = new Set(stems.map((stem) => stem.toLowerCase()));
  const used = new Set<string>();
  return stems.map((stem) => {
    let name = stem;
    for (let n = 2; used.has(name.toLowerCase()) || (name !== stem && own.has(name.toLowerCase())); n++) name = `${stem}-${n}`;
    used.add(name.toLowerCase());
    return name;
  });
}
