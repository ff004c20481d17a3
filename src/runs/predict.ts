import path from 'node:path';
import { csvText } from '../common/csv';
import { Interrupted, UserError } from '../common/errors';
import { writeFileAtomic, writeJson } from '../common/node/files';
import { StagedFiles } from '../common/node/staged-files';
import { npyBytes } from '../common/npy';
import { Queue } from '../common/queue';
import { predictionOverlay } from '../drawing/prediction-overlay';
import type { Fit } from '../image/geometry';
import type { Raster } from '../image/image';
import { encodePng } from '../image/node/encode';
import type { Calibration, VolumeScore } from './calibration';
import { readCalibration } from './kept-calibration';
import { loadRun } from './load';
import { mapScale, type MapScale } from './map-scale';
import { inputsOf, type InputOptions } from './prediction/inputs';
import { outputNames, refuseOverwriting } from './prediction/output-names';
import { ownMap, ownMask } from './prediction/own-map';
import { COLUMNS, rowOf, type Prediction, type VolumePrediction } from './prediction/prediction';
import { OUTPUT_ENDS, UnitFiles, type UnitFormats } from './prediction/unit-files';
import { volumesOf } from './prediction/volumes';
import { scoreInputs, type ScoredInput } from './score-inputs';
import { asTrained, windowInWords } from './reading';
import { RunFolder } from './run-folder';
import { scoreLine, verdictOf } from './verdict';

export type { Prediction, VolumePrediction } from './prediction/prediction';

/** Options of {@link predictInputs}. */
export interface PredictOptions extends InputOptions {
  /**
   * Also write maps at the image's own size, float32: `npy` a file an image, `nifti` a file a volume
   * or image. Default: only the 16-bit PNG.
   */
  maps?: UnitFormats['maps'];
  /** Also write masks as `nifti`, or as DICOM segmentations of DICOM images. Default: only PNG. */
  masks?: UnitFormats['masks'];
  /** The rule by which a volume gets its score; default that of the calibration, else `max`. */
  volumeScore?: VolumeScore;
  /** Regions of masks with fewer pixels are left out; default 0.02 % of the image. */
  leastRegion?: number;
}

/** The predictions for some images and volumes: the content of `predictions.json`. */
export interface PredictionSet {
  /** What the verdicts rest on; null if the run is not calibrated. */
  calibration: Pick<Calibration, 'falseAlarms' | 'from' | 'kind' | 'window' | 'images' | 'groups' | 'image' | 'pixel' | 'volume'> | null;
  predictions: Prediction[];
  volumes: VolumePrediction[];
}

/**
 * {@link predictInputs}, without what belongs to no single image. A file that is given several times
 * counts once.
 */
export async function predictImages(
  run: string,
  images: readonly string[],
  out: string,
  options: PredictOptions = {},
): Promise<Prediction[]> {
  return (await predictInputs(run, images, out, options)).predictions;
}

/**
 * Scores any images, folders and volumes with a run of any method. Writes `predictions.csv` and
 * `predictions.json` and, if the method has maps, a map and an overlay for each image; if the run
 * is calibrated, also a mask. All files appear together at the end, or none. The memory does not
 * grow with the number of images.
 * @throws UserError if an image or the run is missing or unreadable
 */
export async function predictInputs(
  run: string,
  paths: readonly string[],
  out: string,
  asked: PredictOptions = {},
): Promise<PredictionSet> {
  if (paths.length === 0) throw new UserError('predict: give at least one image', 2);
  const options = asTrained(new RunFolder(run).readRecord(), asked);
  const { slices: inputs, groups } = await inputsOf(paths, options, asked);
  const suffixes = inputs.map(({ number, frames }) => (frames > 1 ? `-${String(number).padStart(String(frames - 1).length, '0')}` : ''));
  const files = inputs.map(({ file }) => file);
  const names = outputNames([...files, ...groups.map((group) => group.path)], suffixes);
  const volumes = new Map(groups.map(({ name, count }, i) => [name, { name: names[files.length + i], count }]));
  refuseOverwriting(files, outputsOf(names, out));
  const loaded = await loadRun(run);
  try {
    const calibration = readCalibration(loaded);
    noteWindow(calibration, options);
    const scale = await mapScale(loaded, options);
    const mapRange = scale && (loaded.scorer.mapRange ?? ([0, Number((10 * scale.high).toPrecision(4))] as const));
    const staged = new StagedFiles(out);
    const writing = new Queue(WRITTEN_AT_ONCE);
    try {
      const filesOf = new Map<string, string[]>();
      const unitOf = (group: string): { name: string; count: number } => volumes.get(group) as { name: string; count: number };
      const units = new UnitFiles(staged, out, options, unitOf, (group, written) => filesOf.set(group, written));
      const writer = new PredictionWriter(staged, out, units, writing, { fit: loaded.view.fit, calibration, scale, mapRange, options });
      const { onProgress, signal, window, whereThereIsOne, volume, axis } = options;
      const predictions: Prediction[] = [];
      for await (const found of scoreInputs(inputs, loaded, { onProgress, signal, window, whereThereIsOne, volume, axis }))
        predictions.push(await writer.write(found, names[found.place]));
      await writing.empty();
      await units.finish();
      const rule = options.volumeScore ?? calibration?.volume?.score ?? 'max';
      const set = { calibration: summaryOf(calibration), predictions, volumes: volumesOf(predictions, rule, calibration, filesOf) };
      writeJson(staged.place('predictions.json'), set);
      writeFileAtomic(staged.place('predictions.csv'), csvText(COLUMNS, predictions.map(rowOf)));
      staged.publish();
      return set;
    } finally {
      await writing.settled();
      staged.discard();
    }
  } catch (error) {
    throw error instanceof Interrupted ? new UserError('stopped; nothing was written') : error;
  } finally {
    loaded.dispose();
  }
}

/** Notes if images are read with another window than the normal images: scores then differ. */
function noteWindow(calibration: Calibration | undefined, { window: asked, onNote }: PredictOptions): void {
  if (!calibration || calibration.window === (asked ?? null)) return;
  onNote?.(
    `the run was calibrated with ${windowInWords({ window: calibration.window ?? undefined })}, but these images are read with ${windowInWords({ window: asked })}: the verdicts may be wrong`,
  );
}

/** Names of all files that may be written. */
function* outputsOf(names: readonly string[], out: string): Iterable<string> {
  for (const name of names) for (const end of OUTPUT_ENDS) yield path.join(out, `${name}-${end}`);
}

function summaryOf(calibration: Calibration | undefined): PredictionSet['calibration'] {
  if (!calibration) return null;
  const { falseAlarms, from, kind, window, images, groups, image, pixel, volume } = calibration;
  return { falseAlarms, from, kind, window, images, groups, image, pixel, volume };
}

/** Pictures that are compressed at a time, beside the scoring. */
const WRITTEN_AT_ONCE = 4;
/** Of the compression, where level 9 takes more than twice as long for 1 % fewer bytes. */
const EFFORT = { map: 6, overlay: 4, mask: 6 } as const;

/** What is the same for all images of a run. */
interface RunFacts {
  fit: Fit;
  calibration: Calibration | undefined;
  scale: MapScale | null;
  mapRange: Prediction['mapRange'];
  options: PredictOptions;
}

/** Writes the pictures of one image after another. */
class PredictionWriter {
  constructor(
    private readonly staged: StagedFiles,
    private readonly out: string,
    private readonly units: UnitFiles,
    private readonly writing: Queue,
    private readonly facts: RunFacts,
  ) {}

  async write(scored: ScoredInput, name: string): Promise<Prediction> {
    const { input, own, score, map } = scored;
    const { fit, calibration, scale, mapRange, options } = this.facts;
    const { width, height } = own.raster;
    const prediction: Prediction = {
      image: input.file,
      score,
      map: null,
      overlay: null,
      scale: null,
      mapRange: null,
      mapClipped: null,
      frame: input.frames > 1 ? input.frame : null,
      slice: input.group === undefined ? null : input.number,
      volume: input.group ?? null,
      width,
      height,
      spacing: own.spacing,
      window: own.window,
      ...verdictOf(score, calibration),
      mask: null,
      regions: null,
      leastRegion: null,
      specks: null,
      files: [],
    };
    if (!map || !scale || !mapRange) return prediction;
    const side = Math.round(Math.sqrt(map.length));
    const { levels, clipped: mapClipped } = mapLevels(map, mapRange);
    prediction.map = await this.png(`${name}-map.png`, EFFORT.map, () => ({ width: side, height: side, channels: 1, data: levels }));
    const full = ownMap(map, own.raster, fit);
    if (options.maps === 'npy') {
      writeFileAtomic(this.staged.place(`${name}-map.npy`), npyBytes(full, [height, width]));
      prediction.files.push(path.join(this.out, `${name}-map.npy`));
    }
    const found = ownMask(full, own, fit, calibration, options.leastRegion);
    prediction.files.push(...(await this.units.add(scored, { map: full, mask: found && found.mask }, name)));
    const line = scoreLine(score, prediction.verdict);
    const overlay = (): Promise<Raster> => predictionOverlay(own.raster, { map: full, scale, mask: found?.mask, line });
    prediction.overlay = await this.png(`${name}-overlay.png`, EFFORT.overlay, overlay);
    if (!found) return { ...prediction, scale, mapRange, mapClipped };
    const { mask, ...regions } = found;
    const data = new Uint8Array(mask.length);
    for (let i = 0; i < data.length; i++) data[i] = mask[i] * 255;
    prediction.mask = await this.png(`${name}-mask.png`, EFFORT.mask, () => ({ width, height, channels: 1, data }));
    return { ...prediction, scale, mapRange, mapClipped, ...regions };
  }

  /** Begins to draw and write a picture, while the next image is scored. */
  private async png(name: string, effort: number, draw: () => Raster | Promise<Raster>): Promise<string> {
    await this.writing.add(async () => this.staged.write(name, await encodePng(await draw(), effort)));
    return path.join(this.out, name);
  }
}

/** Values as 65536 levels from `low` to `high`, and how many lie outside. */
function mapLevels(map: Float32Array, [low, high]: readonly [number, number]): { levels: Uint16Array; clipped: number } {
  const levels = new Uint16Array(map.length);
  let clipped = 0;
  for (let i = 0; i < map.length; i++) {
    const value = map[i];
    if (high > low) levels[i] = Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * 65535);
    if (value < low || value > high) clipped++;
  }
  return { levels, clipped };
}
