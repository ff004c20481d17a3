import { percent, shareBelow } from '../metrics/conformal';
import type { Calibration, VolumeScore } from './calibration';

/** Where a score stands among those of normal images. It does not say what is wrong, or whether. */
export interface Verdict {
  /** The share of normal scores below it, in [0, 1]; null without a calibration. */
  percentile: number | null;
  /** True if it is above the threshold; null without a calibration. */
  reported: boolean | null;
  /** The same in words. */
  verdict: string;
}

const NONE = { percentile: null, reported: null };

/** The verdict on the score of an image. */
export function verdictOf(score: number, calibration: Calibration | undefined): Verdict {
  if (!calibration) return { ...NONE, verdict: 'not calibrated' };
  return among(score, calibration.scores, calibration.image.threshold, 'images', calibration);
}

/** The verdict on the score of a volume, by a rule. */
export function volumeVerdictOf(score: number, rule: VolumeScore, calibration: Calibration | undefined): Verdict {
  if (!calibration) return { ...NONE, verdict: 'not calibrated' };
  const { volume, volumeScores } = calibration;
  if (!volume) return { ...NONE, verdict: 'not calibrated for volumes' };
  if (volume.score !== rule) return { ...NONE, verdict: `not calibrated for volumes by ${rule}, but by ${volume.score}` };
  return among(score, volumeScores, volume.threshold, 'volumes', calibration);
}

/** A score with its verdict, as a line below an overlay. */
export function scoreLine(score: number, verdict: string): string {
  return `score ${score.toFixed(4)}: ${verdict}`;
}

function among(score: number, rising: readonly number[], threshold: number, what: string, { falseAlarms, kind }: Calibration): Verdict {
  const percentile = shareBelow(rising, score);
  const estimated = kind === 'refits' ? ' (estimated from refits)' : '';
  const place = `above ${Math.floor(100 * percentile)} % of ${rising.length} normal ${what}`;
  const verdict = `${place}; threshold ${threshold.toFixed(4)} at ${percent(falseAlarms)} false alarms${estimated}`;
  return { percentile, reported: score > threshold, verdict };
}
