import path from 'node:path';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { kindsOf, type Dataset, type Sample } from '../datasets/layout';
import { loadSampleMask, MASK_RULES } from '../datasets/sample-mask';
import { sourceName } from '../datasets/source-name';
import type { RgbImage } from '../image/image';
import type { KeptImages } from './kept-images';
import type { RunRecord } from './run-folder';
import type { Calibration } from './calibration';
import { readCalibration } from './kept-calibration';
import { mapScale, type MapScale } from './map-scale';
import { loadRun } from './load';
import { filesOf, Pieces } from './pieces';
import { scoreBatches } from './score';

/** A test image with its score from a run. */
export interface ScoredSample {
  sample: Sample;
  /** What is seen of it, `[S, S]`. */
  image: RgbImage;
  /** `[S, S]`; null if it is not known. */
  mask: Uint8Array | null;
  label: 0 | 1;
  score: number;
  /**
   * Display name: the user's name of the image without extension, preceded by the kind of anomaly
   * if the data set names it.
   */
  name: string;
}

/** A test image with the prediction of a run; the input of `scoredMontage`. */
export interface TestFinding extends ScoredSample {
  /** `[S, S]`, higher is more abnormal (for MediCLIP: probability of "abnormal"). */
  map: Float32Array;
  /** The colour scale of the maps of the run. */
  scale: MapScale;
}

/** The predictions of a run for some images, with the images themselves. */
export interface SamplePredictions {
  record: RunRecord;
  /** The epoch whose parameters were used; 0 for methods without epochs. */
  epoch: number;
  /** The colour scale of the maps of the run; null if its method has no maps. */
  scale: MapScale | null;
  /** Its thresholds; undefined for a run that is not calibrated. */
  calibration: Calibration | undefined;
  /** In the given order; maps are null if the method has none. */
  found: (ScoredSample & { map: Float32Array | null })[];
}

/**
 * Computes scores and maps of any samples with a finished run of any method.
 * @param dir - run folder
 * @param options.images - decoded images; they are used if the run has the view with which they were
 *   kept
 * @throws UserError if the run is missing or damaged
 */
export async function predictSamples(
  dir: string,
  samples: readonly Sample[],
  options: LongRun & { images?: KeptImages } = {},
): Promise<SamplePredictions> {
  const loaded = await loadRun(dir);
  const { scorer, record, view, epoch, dispose } = loaded;
  const size = scorer.imageSize;
  const { images: kept, ...run } = options;
  const found: SamplePredictions['found'] = [];
  try {
    const calibration = readCalibration(loaded); // before the work: it may belong to other parameters
    const files = samples.map((sample) => sample.file);
    const pieces = await Pieces.of(filesOf(files, kept?.seenBy(view)), view);
    const batches = scoreBatches(pieces, scorer, { ...run, phase: 'encoding test images' });
    for await (const { start, images, scores, maps } of batches) {
      for (const [i, image] of images.entries()) {
        const sample = samples[start + i];
        found.push({
          sample,
          image,
          map: maps && maps.slice(i * size * size, (i + 1) * size * size),
          mask: await loadSampleMask(sample, size, MASK_RULES[record.config.protocol], view.fit),
          label: sample.label,
          score: scores[i],
          name: nameOf(sample),
        });
      }
    }
    return { record, epoch, scale: await mapScale(loaded, run), calibration, found };
  } finally {
    dispose();
  }
}

/**
 * Computes scores and maps of all test images with a finished run, in the order of the data set,
 * with the images themselves.
 * @throws UserError if the run is missing or damaged, or its method gives no maps
 */
export async function testFindings(run: string, dataset: Dataset, options: LongRun = {}): Promise<TestFinding[]> {
  return findingsOf(run, dataset.test, options);
}

/** {@link testFindings} for given samples, even of several data sets. */
export async function findingsOf(run: string, samples: readonly Sample[], options: LongRun = {}): Promise<TestFinding[]> {
  const { record, scale, found } = await predictSamples(run, samples, options);
  return found.map((finding) => {
    if (!finding.map || !scale) throw new UserError(`${run}: ${record.config.method} gives each image a score, but no map`);
    return { ...finding, map: finding.map, scale };
  });
}

function nameOf(sample: Sample): string {
  return [...kindsOf(sample), path.posix.parse(sourceName(sample).replaceAll('\\', '/')).name].join(' ');
}

/** Anything with a class and a score. */
export interface Scored {
  label: 0 | 1;
  score: number;
}

/** How a threshold classifies images: those at or above it are called abnormal. */
export type Outcome = 'detected' | 'missed' | 'false alarm' | 'cleared';

export function outcomeOf({ label, score }: Scored, threshold: number): Outcome {
  if (label === 1) return score >= threshold ? 'detected' : 'missed';
  return score >= threshold ? 'false alarm' : 'cleared';
}

/**
 * The `count` abnormal images with the lowest scores, lowest first, and the `count` normal images
 * with the highest scores, highest first.
 */
export function worstOf<F extends Scored>(findings: readonly F[], count: number): { abnormal: F[]; normal: F[] } {
  const rising = [...findings].sort((a, b) => a.score - b.score);
  return {
    abnormal: rising.filter((f) => f.label === 1).slice(0, count),
    normal: rising
      .filter((f) => f.label === 0)
      .reverse()
      .slice(0, count),
  };
}
