import path from 'node:path';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { kindsOf, type Dataset, type Sample } from '../datasets/layout';
import { loadSampleMask, MASK_RULES } from '../datasets/sample-mask';
import { sourceName } from '../datasets/source-name';
import type { RgbImage } from '../image/image';
import { imagesOf } from './encode';
import type { KeptImages } from './kept-images';
import type { RunRecord } from './run-folder';
import { mapScale, type MapScale } from './map-scale';
import { loadRun } from './load';
import { scoreBatches } from './score';

/** A test image with its score by a run. */
export interface ScoredSample {
  sample: Sample;
  image: RgbImage;
  /** `[S, S]`; null where it is not known. */
  mask: Uint8Array | null;
  label: 0 | 1;
  score: number;
  /** For people: the image's name as its user knows it, without extension, after the kind of anomaly where the data set names it. */
  name: string;
}

/** A test image with what a run says of it; what `scoredMontage` draws. */
export interface TestFinding extends ScoredSample {
  /** `[S, S]`, higher is more abnormal (by MediCLIP: probability of "abnormal"). */
  map: Float32Array;
  /** The colours of the run's maps. */
  scale: MapScale;
}

/** What a run says of images, with the images themselves. */
export interface Examination {
  record: RunRecord;
  /** The epoch whose parameters were used; 0 for methods that learn in none. */
  epoch: number;
  /** The colours of the run's maps; null where its method has none. */
  scale: MapScale | null;
  /** In the order given; maps are null where the method has none. */
  found: (ScoredSample & { map: Float32Array | null })[];
}

/**
 * Scores and maps of any samples by a finished run of any method.
 * @param dir - run folder
 * @param options.images - images that are decoded already
 * @throws UserError where the run is missing or broken
 */
export async function examine(
  dir: string,
  samples: readonly Sample[],
  options: LongRun & { images?: KeptImages } = {},
): Promise<Examination> {
  const loaded = await loadRun(dir);
  const { scorer, record, epoch, dispose } = loaded;
  const size = scorer.imageSize;
  const { images: kept, ...run } = options;
  const found: Examination['found'] = [];
  try {
    const files = samples.map((sample) => sample.file);
    const batches = scoreBatches(files.length, imagesOf(files, size, kept), scorer, { ...run, phase: 'encoding test images' });
    for await (const { start, images, scores, maps } of batches) {
      for (const [i, image] of images.entries()) {
        const sample = samples[start + i];
        found.push({
          sample,
          image,
          map: maps && maps.slice(i * size * size, (i + 1) * size * size),
          mask: await loadSampleMask(sample, size, MASK_RULES[record.config.protocol]),
          label: sample.label,
          score: scores[i],
          name: nameOf(sample),
        });
      }
    }
    return { record, epoch, scale: await mapScale(loaded, run), found };
  } finally {
    dispose();
  }
}

/**
 * Scores and maps of all test images by a finished run, in the order of the data set, with the images themselves.
 * @throws UserError where the run is missing or broken, or its method gives no maps
 */
export async function testFindings(run: string, dataset: Dataset, options: LongRun = {}): Promise<TestFinding[]> {
  return samplesFound(run, dataset.test, options);
}

/** {@link testFindings} of some samples, also of several data sets. */
export async function samplesFound(run: string, samples: readonly Sample[], options: LongRun = {}): Promise<TestFinding[]> {
  const { record, scale, found } = await examine(run, samples, options);
  return found.map((finding) => {
    if (!finding.map || !scale) throw new UserError(`${run}: ${record.config.method} gives images a score, but no map`);
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

/** How a threshold sorts images: those at or above it are called abnormal. */
export type Outcome = 'detected' | 'missed' | 'false alarm' | 'cleared';

export function outcomeOf({ label, score }: Scored, threshold: number): Outcome {
  if (label === 1) return score >= threshold ? 'detected' : 'missed';
  return score >= threshold ? 'false alarm' : 'cleared';
}

/** The `count` abnormal images of the lowest scores, lowest first, and the `count` normal ones of the highest, highest first. */
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
