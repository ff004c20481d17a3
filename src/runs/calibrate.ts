import { UserError } from '../common/errors';
import { pixelHash } from '../datasets/duplicates';
import { fingerprintsOf } from '../datasets/fingerprints';
import { patientOf, type Sample } from '../datasets/layout';
import { imageHash } from '../image/node/image-identity';
import { conformalThreshold, leastForAlarms, percent } from '../metrics/conformal';
import { checkApplied } from '../image/node/volume-options';
import { METHODS, seesTraining } from '../methods/registry';
import { CALIBRATION_FILE, volumeScoreOf, type Calibration, type VolumeScore } from './calibration';
import { furtherImages } from './further-images';
import { writeCalibration } from './kept-calibration';
import { loadRun, type LoadedRun } from './load';
import { heldOut, homeOf } from './map-scale';
import type { InputOptions } from './prediction/inputs';
import { asTrained } from './reading';
import { readSupport } from './run-start';
import { scoreApart } from './score-apart';
import { scoreInputs, wholeFile, type ScoringInput } from './score-inputs';

/** Options of {@link calibrateRun}. */
export interface CalibrateOptions extends InputOptions {
  /**
   * Files and folders of further normal images ({@link furtherImages}). Without it, the normal
   * training images of the run are used: those outside the support set and, if they are too few and
   * the method can be fitted again, the support set by fits to its other images.
   */
  normal?: readonly string[];
  /** The accepted rate of false alarms; default 0.05. */
  falseAlarms?: number;
  /** The rule by which volumes get a score; default `max`. */
  volumeScore?: VolumeScore;
}

/** The default rate of false alarms. */
export const FALSE_ALARMS = 0.05;
/** The most training images that are used; more of them are passed over evenly. */
const MOST_IMAGES = 1000;
/** The most fits for the support set of a method without epochs. */
const MOST_FITS = 10;
const PHASE = 'scoring normal images';

/**
 * Sets the thresholds of a run from normal images alone and stores them in the run folder.
 * @returns the calibration, and the file that holds it
 * @throws UserError if there are too few images (it says how many are needed), or the run or an
 * image cannot be used
 */
export async function calibrateRun(run: string, options: CalibrateOptions = {}): Promise<{ calibration: Calibration; file: string }> {
  const loaded = await loadRun(run);
  try {
    const calibration = await calibrateLoaded(loaded, options);
    return { calibration, file: loaded.folder.file(CALIBRATION_FILE) };
  } finally {
    loaded.dispose();
  }
}

/** {@link calibrateRun} for a loaded run; the caller disposes of it. */
export async function calibrateLoaded(loaded: LoadedRun, asked: CalibrateOptions = {}): Promise<Calibration> {
  const options = asTrained(loaded.record, asked);
  if (!options.normal) checkApplied(asked, []); // the training images are single images
  const found = options.normal ? await unseenImages(loaded, options.normal, options, asked) : await trainingImages(loaded, options);
  const calibration = calibrationOf(found, loaded, options);
  writeCalibration(loaded, calibration);
  return calibration;
}

/** Scores of normal images. */
interface NormalScores {
  scores: number[];
  /** The highest value of each map; empty for methods without maps. */
  peaks: number[];
  /** The volume or series of each image, if it is a slice. */
  groups: (string | undefined)[];
  /** Hashes of files and of the pixels of each image. */
  files: string[];
  pixels: string[];
  from: string;
  kind: Calibration['kind'];
}

function calibrationOf(found: NormalScores, { folder }: LoadedRun, options: CalibrateOptions): Calibration {
  const { falseAlarms = FALSE_ALARMS, volumeScore = 'max' } = options;
  const { scores, peaks, groups, files, pixels, from, kind } = found;
  const image = conformalThreshold(scores, falseAlarms);
  if (!image) throw new UserError(`${folder.dir}: ${tooFew(from, scores.length, falseAlarms)}`);
  const volumeScores = volumesOf(scores, groups, volumeScore);
  const volume = conformalThreshold(volumeScores, falseAlarms);
  return {
    falseAlarms,
    from,
    kind,
    window: options.window ?? null,
    images: scores.length,
    groups: new Set(groups.map((group, i) => group ?? i)).size,
    image,
    pixel: peaks.length > 0 ? conformalThreshold(peaks, falseAlarms) : null,
    volume: volume && { ...volume, score: volumeScore },
    scores: rising(scores),
    volumeScores,
    files: [...new Set(files)].sort(),
    pixels: [...new Set(pixels)].sort(),
  };
}

/** Why a number of images is too small, and what to do. */
export function tooFew(from: string, count: number, falseAlarms: number): string {
  const least = leastForAlarms(falseAlarms);
  const other = count > 0 && 1 / (count + 1) < 0.5 ? `, or --false-alarms ${Math.ceil(1000 / (count + 1)) / 1000}` : '';
  return `${from}, but ${percent(falseAlarms)} false alarms need at least ${least}; give more with --normal${other}`;
}

/** The sorted scores of the volumes. */
function volumesOf(scores: readonly number[], groups: NormalScores['groups'], rule: VolumeScore): number[] {
  const slices = new Map<string, number[]>();
  groups.forEach((group, i) => {
    if (group !== undefined) slices.set(group, [...(slices.get(group) ?? []), scores[i]]);
  });
  return rising([...slices.values()].map((own) => volumeScoreOf(own, rule)));
}

function rising(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Scores of images that the run has not seen. */
async function scoresOf(
  loaded: LoadedRun,
  inputs: readonly ScoringInput[],
  { onProgress, signal, window, whereThereIsOne, volume, axis }: CalibrateOptions,
): Promise<Omit<NormalScores, 'from' | 'kind'>> {
  const found: Omit<NormalScores, 'from' | 'kind'> = { scores: [], peaks: [], groups: [], files: [], pixels: [] };
  const reading = { onProgress, signal, window, whereThereIsOne, volume, axis };
  for await (const { input, own, score, map } of scoreInputs(inputs, loaded, { ...reading, phase: PHASE })) {
    found.scores.push(score);
    if (map) found.peaks.push(highest(map));
    found.groups.push(input.group);
    found.pixels.push(pixelHash(own.raster));
  }
  found.files = [...new Set(inputs.map(({ file }) => file))].map((file) => imageHash(file));
  return found;
}

function highest(map: Float32Array): number {
  return map.reduce((most, value) => Math.max(most, value), -Infinity);
}

/** Scores of further normal images, as far as the run has not seen them. */
async function unseenImages(
  loaded: LoadedRun,
  normal: readonly string[],
  options: CalibrateOptions,
  asked: CalibrateOptions,
): Promise<NormalScores> {
  const inputs = await furtherImages(loaded, normal, options, asked);
  const from = `${inputs.length} further normal image${inputs.length === 1 ? '' : 's'}`;
  refuseTooFew(loaded, from, inputs.length, options);
  return { ...(await scoresOf(loaded, inputs, options)), from, kind: 'unseen' };
}

/** Scores of the run's normal training images. */
async function trainingImages(loaded: LoadedRun, options: CalibrateOptions): Promise<NormalScores> {
  const { falseAlarms = FALSE_ALARMS } = options;
  const { folder, record } = loaded;
  const dataset = homeOf(loaded);
  if (!dataset) {
    throw new UserError(
      `${folder.dir}: its data set, ${record.dataset.dir}, is missing or has changed; restore it, or give normal images with --normal`,
    );
  }
  const { support } = readSupport(folder, dataset);
  const others = (await heldOut(dataset, support, { ...options, most: MOST_IMAGES })).filter(isOfOther(support));
  const inputs = others.map(({ file }) => wholeFile(file));
  const least = leastForAlarms(falseAlarms);
  const words = `${others.length} normal training images${support.length > 0 ? ' outside the support set' : ''}`;
  const refits = others.length < least && seesTraining(record.config) && !METHODS[record.config.method].epochs && support.length > 1;
  if (!refits) {
    const learned = METHODS[record.config.method].epochs && others.length < least;
    if (learned) throw new UserError(`${folder.dir}: ${tooFew(words, others.length, falseAlarms)}, or train again with --calibrate`);
    refuseTooFew(loaded, words, others.length, options);
    return { ...(await scoresOf(loaded, inputs, options)), from: words, kind: 'unseen' };
  }
  const parts = Math.min(MOST_FITS, support.length);
  const from = `${words} and the ${support.length} images of the support set, each by a fit to others of them`;
  refuseTooFew(loaded, from, others.length + support.length, options);
  const found = await scoresOf(loaded, inputs, options);
  for await (const { scores, maps } of scoreApart(loaded, support, parts, { ...options, phase: PHASE })) {
    found.scores.push(...scores);
    const size = maps ? maps.length / scores.length : 0;
    for (let i = 0; maps && i < scores.length; i++) found.peaks.push(highest(maps.subarray(i * size, (i + 1) * size)));
  }
  const own = await fingerprintsOf(support, { ...options, phase: PHASE });
  return {
    ...found,
    groups: [...found.groups, ...own.map(() => undefined)],
    files: [...found.files, ...own.map(({ bytes }) => bytes)],
    pixels: [...found.pixels, ...own.flatMap(({ pixels }) => pixels ?? [])],
    from,
    kind: 'refits',
  };
}

/** Refuses too few images before any is scored. */
function refuseTooFew({ folder }: LoadedRun, from: string, count: number, { falseAlarms = FALSE_ALARMS }: CalibrateOptions): void {
  if (count < leastForAlarms(falseAlarms)) throw new UserError(`${folder.dir}: ${tooFew(from, count, falseAlarms)}`);
}

/** Whether an image is of another patient than the support set, as far as the data set names them. */
function isOfOther(support: readonly Sample[]): (sample: Sample) => boolean {
  const patients = new Set(support.map(patientOf));
  return (sample) => patientOf(sample) === undefined || !patients.has(patientOf(sample));
}
