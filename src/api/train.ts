import type { LongRun } from '../common/progress';
import type { Metrics } from '../runs/evaluate';
import type { HistoryRow } from '../runs/history';
import { train as trainRun } from '../runs/train';
import { unchecked, type TrainingSettings } from './settings';

/** What {@link train} needs. */
export interface TrainOptions extends LongRun {
  /** The folder of a data set, as {@link prepareFolder} and {@link generatePhantoms} make one. May be left out with `resume`. */
  dataset?: string;
  /** Where the run is written: a folder that is new or empty. */
  out: string;
  /**
   * The frozen CLIP: a name (`openai/clip-vit-large-patch14`, once `npx mediclip models pull` has fetched it) or a folder with
   * `config.json` and `model.safetensors`. Default `compact`, which comes with the package and is for trying things out.
   */
  model?: string;
  /** Everything else that decides the run: method, shots, seed, epochs and so on. */
  settings?: TrainingSettings;
  /** Go on with the run in `out` where it was stopped; begin it where there is none. Default false. */
  resume?: boolean;
  /** Called after each epoch with its losses. */
  onEpoch?: (row: HistoryRow) => void | Promise<void>;
  /** Called with a line on what you may not expect: images that are passed over, what makes the classes too easy to tell. */
  onNote?: (line: string) => void;
  /** Threads that make synthetic anomalies; default one less than there are cores, from 1 to 4. */
  threads?: number;
}

/** What identifies a model or a data set of a run. */
export interface Identity {
  name: string;
  /** The folder it was read from. */
  dir: string;
  /** SHA-256 of its files. */
  hash: string;
}

/** `config.json` of a run: everything that determined it. */
export interface RunRecord {
  /** The version of this package. */
  version: string;
  /** What computed: `tensorflow` or `wasm`, with what else may change the last digits. */
  backend: string;
  model: Identity;
  dataset: Identity;
  /** All settings, with the defaults of those that were not given. */
  config: TrainingSettings;
}

/** What {@link train} gives. */
export interface TrainResult {
  record: RunRecord;
  /** One row per epoch; empty for methods that learn at once. */
  history: HistoryRow[];
  /** Of the test set; `null` where the data set has none. Those that are undefined, as without masks, are `null` each. */
  metrics: Metrics | null;
  /** `true` where a run that was to be resumed had ended already. */
  finishedBefore?: boolean;
  /** What tells normal from abnormal images without a look at what they show, such as their size. */
  warnings?: string[];
}

/**
 * Trains one few-shot run on normal images and tests it, where the data set has test images. Writes everything into the run folder
 * `out`; the same seed gives the same result. After an interruption, the same call with `resume: true` goes on.
 * @returns the losses of all epochs, and the metrics on the test set
 * @throws UserError where something given is wrong, in one line that says what was expected; Interrupted where `signal` stopped it
 */
export function train(options: TrainOptions): Promise<TrainResult> {
  return trainRun({ ...options, settings: unchecked(options.settings) });
}
