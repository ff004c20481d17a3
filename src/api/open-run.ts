import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { decodeImage, readImageBytes } from '../image/node/decode';
import { encodePng } from '../image/node/encode';
import type { RgbImage } from '../image/image';
import { toTestRgb } from '../image/node/load';
import { heatOverlay } from '../drawing/overlay';
import { withColourBar } from '../drawing/overlay-bar';
import { mapScale } from '../runs/map-scale';
import { loadRun, type LoadedRun } from '../runs/load';
import { checkScore, ONE_BY_ONE, scoreBatches } from '../runs/score';
import type { TrainingSettings } from './settings';

/** An image to score: the path of a JPEG, PNG, BMP or TIFF file, or the bytes of one. */
export type ImageInput = string | Uint8Array;

/** Where an image looks abnormal: one value per pixel, higher is more abnormal. */
export interface AnomalyMap {
  /** Pixels per row. Maps are square and have the image size of the run. */
  width: number;
  height: number;
  /**
   * `[height, width]`, row by row. For MediCLIP each value is a probability; other methods have
   * their own units.
   */
  data: Float32Array;
}

/** The result of a run for one image. */
export interface Prediction {
  /** The path as given; for bytes `image 1`, `image 2` and so on. */
  image: string;
  /**
   * Higher is more abnormal. Scores of the same run can be compared; scores of different runs
   * cannot.
   */
  score: number;
  /** `null` for methods that score the whole image only. */
  map: AnomalyMap | null;
  /**
   * If requested: the bytes of a PNG file with the image, its map in colours and a colour bar
   * below. All overlays of a run use the same colours for the same values. `null` if there is no
   * map.
   */
  overlay?: Uint8Array | null;
}

/** Options of {@link predict} and of {@link OpenRun.predict}. */
export interface PredictOptions extends LongRun {
  /** Also make {@link Prediction.overlay}; default false. */
  overlay?: boolean;
}

/** A run in memory, ready to score any number of images. {@link OpenRun.dispose} frees it. */
export interface OpenRun {
  /** The folder of the run. */
  readonly folder: string;
  /** All settings with which it was trained, including defaults. */
  readonly settings: TrainingSettings;
  /** Images are resized to squares with this side in pixels; maps have the same size. */
  readonly imageSize: number;
  /**
   * Scores one image.
   * @throws UserError if the image is missing, damaged or of an unsupported kind
   */
  predict(image: ImageInput, options?: PredictOptions): Promise<Prediction>;
  /** Scores images one after another, in order. */
  predict(images: readonly ImageInput[], options?: PredictOptions): Promise<Prediction[]>;
  /** Frees the memory of the model. May be called twice; nothing can be scored afterwards. */
  dispose(): void;
}

/**
 * Loads a run that `train` made, to score many images with it.
 * @param folder - the folder of the run
 * @throws UserError if there is no run, its training is unfinished, or something it needs is
 * missing
 * @example
 * const run = await openRun('runs/my-scans');
 * for (const file of files) console.log(file, (await run.predict(file)).score);
 * run.dispose();
 */
export async function openRun(folder: string): Promise<OpenRun> {
  return new RunInMemory(await loadRun(folder));
}

/**
 * Scores one or more images with a run that `train` made. To score repeatedly, use {@link openRun},
 * which loads the run once.
 * @param run - the folder of the run
 * @throws UserError if the run or an image cannot be used
 */
export async function predict(run: string, image: ImageInput, options?: PredictOptions): Promise<Prediction>;
export async function predict(run: string, images: readonly ImageInput[], options?: PredictOptions): Promise<Prediction[]>;
export async function predict(
  run: string,
  images: ImageInput | readonly ImageInput[],
  options?: PredictOptions,
): Promise<Prediction | Prediction[]> {
  const opened = await openRun(run);
  try {
    return await opened.predict(images as ImageInput, options);
  } finally {
    opened.dispose();
  }
}

class RunInMemory implements OpenRun {
  private disposed = false;

  constructor(private readonly loaded: LoadedRun) {}

  get folder(): string {
    return this.loaded.folder.dir;
  }

  get settings(): TrainingSettings {
    return this.loaded.record.config;
  }

  get imageSize(): number {
    return this.loaded.scorer.imageSize;
  }

  predict(image: ImageInput, options?: PredictOptions): Promise<Prediction>;
  predict(images: readonly ImageInput[], options?: PredictOptions): Promise<Prediction[]>;
  async predict(images: ImageInput | readonly ImageInput[], options: PredictOptions = {}): Promise<Prediction | Prediction[]> {
    const inputs = isOne(images) ? [images] : images;
    const predictions: Prediction[] = [];
    const { scorer } = this.loaded;
    if (this.disposed) throw new UserError(`${this.folder}: the run has been disposed of; open it again`);
    const load = (i: number): Promise<RgbImage> => decoded(inputs[i], nameOf(inputs[i], i), this.imageSize);
    const { onProgress, signal } = options;
    for await (const batch of scoreBatches(inputs.length, load, scorer, { onProgress, signal, ...ONE_BY_ONE })) {
      const image = nameOf(inputs[batch.start], batch.start);
      const [score] = batch.scores;
      checkScore(score, image, this.folder);
      const map = batch.maps && { width: this.imageSize, height: this.imageSize, data: batch.maps };
      const prediction: Prediction = { image, score, map };
      if (options.overlay === true) prediction.overlay = map && (await this.overlay(batch.images[0], map, options));
      predictions.push(prediction);
    }
    return isOne(images) ? predictions[0] : predictions;
  }

  private async overlay(picture: RgbImage, { data }: AnomalyMap, options: LongRun): Promise<Uint8Array> {
    const scale = await mapScale(this.loaded, options);
    if (!scale) throw new Error('a map without a scale');
    return encodePng(await withColourBar(heatOverlay(picture, data, { range: [scale.low, scale.high] }), scale));
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.loaded.dispose();
  }
}

/** What a prediction calls an image. */
function nameOf(input: ImageInput, index: number): string {
  return typeof input === 'string' ? input : `image ${index + 1}`;
}

async function decoded(input: ImageInput, name: string, size: number): Promise<RgbImage> {
  const bytes = typeof input === 'string' ? readImageBytes(input) : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  return toTestRgb((await decodeImage(bytes, name)).raster, size);
}

function isOne(images: ImageInput | readonly ImageInput[]): images is ImageInput {
  return typeof images === 'string' || images instanceof Uint8Array;
}
