import { groupByKey } from '../../common/group';
import { volumeScoreOf, type Calibration, type VolumeScore } from '../calibration';
import { volumeVerdictOf } from '../verdict';
import type { Prediction, VolumePrediction } from './prediction';

/** How many slices of a volume are named. */
const WORST = 5;

/** The predictions for the volumes to which slices belong. */
export function volumesOf(
  slices: readonly Prediction[],
  rule: VolumeScore,
  calibration: Calibration | undefined,
  files: ReadonlyMap<string, string[]> = new Map(),
): VolumePrediction[] {
  const volumes = groupByKey(
    slices.filter(({ volume }) => volume !== null),
    ({ volume }) => volume as string,
  );
  return [...volumes].map(([volume, own]) => {
    const score = volumeScoreOf(
      own.map((slice) => slice.score),
      rule,
    );
    const worst = [...own].sort((a, b) => b.score - a.score).slice(0, WORST);
    return {
      volume,
      slices: own.length,
      score,
      rule,
      files: files.get(volume) ?? [],
      ...volumeVerdictOf(score, rule, calibration),
      worst: worst.map(({ image, frame, slice, score: high, overlay }) => ({ image, frame, slice, score: high, overlay })),
    };
  });
}
