import type { LongRun } from '../../common/progress';
import type { Spread } from './spread';

/** A time, a rate or a size of one side: measured here, or quoted from elsewhere. */
export type Side = { label: string; unit: string } & (Spread | { quoted: number; source: string });

/** Two things beside each other. */
export interface Comparison {
  what: string;
  ours: Side;
  other: Side;
  /** What `ratio` is: "ours / PyTorch", "published / ours". */
  ratioOf: string;
  /** Of the pairs measured one after the other; against a quoted number, of ours alone. */
  ratio: Spread;
  /** The same ratio of processor time, which other work on the machine disturbs less. */
  cpuRatio?: Spread;
  /** What was aimed at, if anything. */
  goal?: { atMost: number } | { atLeast: number };
}

/** What a bench found. */
export interface Findings {
  comparisons: Comparison[];
  /** Single figures that are no comparison, with their unit in the name: `largestScoreChange`, `peakMiB`. */
  figures: Record<string, number | string>;
}

/** How a bench is to run. */
export interface BenchOptions extends LongRun {
  /** Tiny sizes and one round: shows that the bench works, and measures nothing. */
  quick: boolean;
  /** Pairs of measurements; 1 in a smoke run. */
  rounds: number;
  /** Blocks of the image encoder in place of ViT-L/14's 24, half as many in the text encoder: for slow machines. */
  blocks?: number;
  /** A folder for what the bench writes; it is removed afterwards. */
  folder: string;
}

/** One benchmark: `mediclip bench NAME`. */
export interface Bench {
  /** One line for the list. */
  about: string;
  /** Whether one side is PyTorch or scikit-learn, in the environment that `npm run bench:setup` makes. */
  needsPython: boolean;
  /** Pairs of measurements by default. */
  rounds: number;
  run(options: BenchOptions): Promise<Findings>;
}

/** Whether a comparison's median ratio meets its goal; nothing where there is none. */
export function reached({ ratio, goal }: Comparison): boolean | undefined {
  if (!goal) return undefined;
  return 'atMost' in goal ? ratio.median <= goal.atMost : ratio.median >= goal.atLeast;
}
