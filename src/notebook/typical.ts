import { outcomeOf, type Outcome, type Scored } from '../runs/findings';
import type { TransferCell } from '../runs/transfer';
import { thresholdFor } from '../runs/transfer';

/** An example, and why it was chosen. */
export interface Example<F> {
  item: F;
  /** "typical: detected", "worst: false alarm". */
  role: string;
}

/**
 * The threshold that at most a share of the normal images of a test set reach. It is set with their
 * labels, so it describes a result.
 * @param falseAlarms - that share, in [0, 1]
 */
export function alarmThreshold(scored: readonly Scored[], falseAlarms: number): number {
  const cell: Pick<TransferCell, 'scores' | 'labels'> = {
    scores: Float32Array.from(scored, ({ score }) => score),
    labels: Uint8Array.from(scored, ({ label }) => label),
  };
  return thresholdFor(cell, falseAlarms);
}

/**
 * Examples that show what a result is like, and not its best: abnormal images evenly over those
 * that are detected (with one, the median), the normal image with the median score, and the worst of
 * each class, the abnormal image with the lowest score and the normal one with the highest.
 * @param threshold - images at or above it are detected, or false alarms
 * @param detected - number of detected images, default 1
 */
export function typicalExamples<F extends Scored>(all: readonly F[], threshold: number, detected = 1): Example<F>[] {
  const rising = (label: 0 | 1): F[] => all.filter((one) => one.label === label).sort((a, b) => a.score - b.score);
  const [normal, abnormal] = [rising(0), rising(1)];
  const found = abnormal.filter(({ score }) => score >= threshold);
  const count = Math.min(detected, found.length);
  const middle = [...Array(count).keys()].map((i) => found[Math.floor(((count - i - 0.5) * found.length) / count)]);
  const chosen: [string, F | undefined][] = [
    ...middle.map((one): [string, F] => ['typical', one]),
    ['typical', normal[Math.floor(normal.length / 2)]],
    ['worst', abnormal[0]],
    ['worst', normal[normal.length - 1]],
  ];
  const seen = new Set<F>();
  return chosen.flatMap(([rank, item]) => {
    if (!item || seen.has(item)) return [];
    seen.add(item);
    return [{ item, role: `${rank}: ${WORDS[outcomeOf(item, threshold)]}` }];
  });
}

const WORDS: Record<Outcome, string> = { detected: 'detected', missed: 'missed', 'false alarm': 'false alarm', cleared: 'normal' };
