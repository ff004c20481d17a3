/** A part of training at one image side. */
export interface Stage {
  /** Side of the images in pixels. */
  size: number;
  batchSize: number;
  steps: number;
}

/**
 * How training is divided: first small images, many per second, then the size that the model is
 * for. The last stage has larger batches, whose gradients are less noisy and which cost less per
 * image.
 */
export interface StagePlan extends Omit<Stage, 'steps'> {
  /** Fraction of the time. */
  share: number;
}

export const STAGE_PLAN: StagePlan[] = [
  { size: 112, batchSize: 32, share: 0.1 },
  { size: 224, batchSize: 8, share: 0.5 },
  { size: 224, batchSize: 16, share: 0.4 },
];

/**
 * The steps that fit into a given time. From here on only the steps decide everything, so that a
 * stopped run continues exactly.
 * @param secondsPerStep - measured, one per stage
 */
export function planStages(minutes: number, plan: readonly StagePlan[], secondsPerStep: readonly number[]): Stage[] {
  return plan.map(({ share, ...stage }, i) => ({
    ...stage,
    steps: Math.max(1, Math.round((minutes * 60 * share) / secondsPerStep[i])),
  }));
}

/**
 * A new plan for the remaining time after `step` steps. The current stage gets what later stages,
 * by their fractions, leave over. If all stages are finished, the last one continues.
 * @param secondsLeft - of `minutes`
 * @param secondsPerStep - at the current speed, one per stage
 */
export function replan(
  stages: readonly Stage[],
  plan: readonly StagePlan[],
  step: number,
  minutes: number,
  secondsLeft: number,
  secondsPerStep: readonly number[],
): Stage[] {
  let before = 0;
  const done = stages.map(({ steps }) => {
    const here = Math.min(steps, Math.max(0, step - before));
    before += steps;
    return here;
  });
  const unfinished = done.findIndex((d, i) => d < stages[i].steps);
  const now = unfinished < 0 ? stages.length - 1 : unfinished;
  const later = plan.slice(now + 1).reduce((sum, { share }) => sum + share * minutes * 60, 0);
  const shrink = later > secondsLeft ? Math.max(0, secondsLeft) / later : 1;
  return stages.map((stage, i) => {
    if (i < now) return stage;
    const seconds = i === now ? secondsLeft - later * shrink : plan[i].share * minutes * 60 * shrink;
    return { ...stage, steps: Math.max(1, done[i] + Math.round(Math.max(0, seconds) / secondsPerStep[i])) };
  });
}

/**
 * The stage of step `step` (from 0), the stage's first step, and the fraction of all work that is
 * done. A stage counts by its fraction of pixels times steps.
 */
export function position(stages: readonly Stage[], step: number): { stage: Stage; start: number; progress: number } {
  const work = stages.map(({ size, batchSize, steps }) => size * size * batchSize * steps);
  const all = work.reduce((a, b) => a + b, 0);
  let before = 0;
  let done = 0;
  for (const [i, stage] of stages.entries()) {
    if (step < before + stage.steps || i === stages.length - 1) {
      return { stage, start: before, progress: Math.min(1, (done + (work[i] * (step - before)) / stage.steps) / all) };
    }
    before += stage.steps;
    done += work[i];
  }
  throw new RangeError('no stages');
}

/**
 * The difficulty of the corpus when a fraction of all work is done. It rises from 0, since faint
 * anomalies are learned slowly if they occur from the first step on.
 * @param rise - fraction of the work after which it is 1; 0: it is 1 from the start
 */
export function difficultyAt(progress: number, rise: number): number {
  return progress < rise ? progress / rise : 1;
}

/** All steps of a plan. */
export function totalSteps(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.steps, 0);
}

/**
 * Learning rate: a linear rise over the first steps, then half a cosine down to 2 % of the peak.
 */
export function learningRate(peak: number, step: number, progress: number, warmup = 60): number {
  const down = 0.02 + 0.98 * 0.5 * (1 + Math.cos(Math.PI * progress));
  return peak * down * Math.min(1, (step + 1) / warmup);
}
