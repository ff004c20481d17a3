import type { LongRun } from '../../common/progress';
import type { Spread } from './spread';

/** A time, a rate or a size of one side: either measured here or quoted. */
export type Side = { label: string; unit: string } & (Spread | { quoted: number; source: string });

/** Two things that are compared. */
export interface Comparison {
  what: string;
  ours: Side;
  other: Side;
  /** What `ratio` means: "ours / PyTorch", "published / ours". */
  ratioOf: string;
  /** Of pairs measured one after the other; against a quoted number only ours is measured. */
  ratio: Spread;
  /** The same ratio of processor times, which other work on the machine disturbs less. */
  cpuRatio?: Spread;
  /** The goal for the ratio, if there is one. */
  goal?: { atMost: number } | { atLeast: number };
}

/** The results of a benchmark. */
export interface BenchResults {
  comparisons: Comparison[];
  /**
   * Single figures without a comparison, with the unit in the name: `largestScoreChange`,
   * `peakMiB`.
   */
  figures: Record<string, number | string>;
}

/** How a benchmark runs. */
export interface BenchOptions extends LongRun {
  /** Tiny sizes and one round: shows that the benchmark works, measures nothing. */
  quick: boolean;
  /** Pairs of measurements; 1 in a quick run. */
  rounds: number;
  /**
   * For slow machines: blocks of the image encoder instead of ViT-L/14's 24, and half as many in
   * the text encoder.
   */
  blocks?: number;
  /** A folder for the files of the benchmark; it is removed afterwards. */
  folder: string;
}

/** One benchmark: `mediclip bench NAME`. */
export interface Bench {
  /** One line for the list of benchmarks. */
  about: string;
  /**
   * True if one side is PyTorch or scikit-learn in the environment that `npm run bench:setup`
   * makes.
   */
  needsPython: boolean;
  /** Default number of pairs of measurements. */
  rounds: number;
  run(options: BenchOptions): Promise<BenchResults>;
}

/** True if the median ratio of a comparison meets its goal; undefined without a goal. */
export function reached({ ratio, goal }: Comparison): boolean | undefined {
  if (!goal) return undefined;
  return 'atMost' in goal ? ratio.median <= goal.atMost : ratio.median >= goal.atLeast;
}
