import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { decodeImage, readImageBytes } from '../image/node/decode';
import { encodePng } from '../image/node/encode';
import type { Raster } from '../image/image';
import type { Region } from '../image/regions';
import { openImageBytes } from '../image/node/image-file';
import { predictionOverlay } from '../drawing/prediction-overlay';
import { calibrateLoaded, type CalibrateOptions } from '../runs/calibrate';
import type { Calibration } from '../runs/calibration';
import { readCalibration } from '../runs/kept-calibration';
import { readingOf } from '../runs/reading';
import { mapScale } from '../runs/map-scale';
import { ownMap, ownMask } from '../runs/prediction/own-map';
import { scoreLine, verdictOf } from '../runs/verdict';
import { loadRun, type LoadedRun } from '../runs/load';
import { Pieces, type ImageSource } from '../runs/pieces';
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
   * The share of the run's normal images that score lower, in [0, 1]; `null` if the run is not
   * calibrated ({@link OpenRun.calibrate}).
   */
  percentile: number | null;
  /** True if the score is above the threshold; `null` if the run is not calibrated. */
  reported: boolean | null;
  /** The same in words, or "not calibrated". */
  verdict: string;
  /** The pixels above the pixel threshold; `null` without a calibration or a map. */
  mask: AnomalyMask | null;
  /**
   * If requested: the bytes of a PNG file with the image at its own size, its map in colours, the
   * outline of the mask, and a colour bar below. All overlays of a run use the same colours for the
   * same values. `null` if there is no map.
   */
  overlay?: Uint8Array | null;
}

/** What a calibrated run marks in an image, at the image's own size. */
export interface AnomalyMask {
  width: number;
  height: number;
  /** `[height, width]`, row by row: 1 where marked, else 0. Specks are left out. */
  data: Uint8Array;
  /** The connected regions, from the highest peak to the lowest. */
  regions: Region[];
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
  /**
   * Sets the threshold from normal images alone, as `mediclip calibrate` does, and keeps it in the
   * run folder. Later predictions use it.
   * @throws UserError if there are too few images
   */
  calibrate(options?: CalibrateOptions): Promise<Calibration>;
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
  /** What was found in the run folder, once it was looked for. */
  private calibration?: { read: Calibration | undefined };

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
    const { scorer, view, record } = this.loaded;
    const reading = readingOf(record);
    this.checkOpen();
    const calibration = (this.calibration ??= { read: readCalibration(this.loaded) }).read;
    const rasters = new Map<number, Raster>();
    const name = (i: number): string => nameOf(inputs[i], i);
    const source: ImageSource = {
      count: inputs.length,
      name,
      sides: (i) => openImageBytes(bytesOf(inputs[i]), name(i), reading),
      raster: async (i) => {
        const { raster } = await decodeImage(bytesOf(inputs[i]), name(i), 'image', reading);
        rasters.set(i, raster);
        return raster;
      },
    };
    const pieces = await Pieces.of(source, view);
    const { onProgress, signal } = options;
    for await (const batch of scoreBatches(pieces, scorer, { onProgress, signal, ...ONE_BY_ONE })) {
      const image = nameOf(inputs[batch.start], batch.start);
      const [score] = batch.scores;
      checkScore(score, image, this.folder);
      const map = batch.maps && { width: this.imageSize, height: this.imageSize, data: batch.maps };
      const raster = rasters.get(batch.start) as Raster;
      rasters.delete(batch.start);
      const full = map && (calibration || options.overlay === true) ? ownMap(map.data, raster, view.fit) : null;
      const found = full && ownMask(full, { raster, spacing: null }, view.fit, calibration);
      const { width, height } = raster;
      const mask = found && { width, height, data: found.mask, regions: found.regions };
      const prediction: Prediction = { image, score, map, ...verdictOf(score, calibration), mask };
      if (options.overlay === true) prediction.overlay = full && (await this.overlay(raster, full, prediction, options));
      predictions.push(prediction);
    }
    return isOne(images) ? predictions[0] : predictions;
  }

  async calibrate(options: CalibrateOptions = {}): Promise<Calibration> {
    this.checkOpen();
    const found = await calibrateLoaded(this.loaded, options);
    this.calibration = { read: found };
    return found;
  }

  private async overlay(raster: Raster, map: Float32Array, { score, verdict, mask }: Prediction, options: LongRun): Promise<Uint8Array> {
    const scale = await mapScale(this.loaded, options);
    if (!scale) throw new Error('a map without a scale');
    const line = scoreLine(score, verdict);
    return encodePng(await predictionOverlay(raster, { map, scale, mask: mask?.data, line }));
  }

  private checkOpen(): void {
    if (this.disposed) throw new UserError(`${this.folder}: the run has been disposed of; open it again`);
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

function bytesOf(input: ImageInput): Buffer {
  return typeof input === 'string' ? readImageBytes(input) : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
}

function isOne(images: ImageInput | readonly ImageInput[]): images is ImageInput {
  return typeof images === 'string' || images instanceof Uint8Array;
}
