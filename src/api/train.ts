import type { LongRun } from '../common/progress';
import type { Metrics } from '../runs/evaluate';
import type { HistoryRow } from '../runs/history';
import { train as trainRun } from '../runs/train';
import { unchecked, type TrainingSettings } from './settings';

/** Options of {@link train}. */
export interface TrainOptions extends LongRun {
  /**
   * The folder of a data set, made by {@link prepareFolder} or {@link generatePhantoms}. May be
   * left out with `resume`.
   */
  dataset?: string;
  /** The only class of the data set to use, if it has several (default: all). */
  class?: string;
  /** The folder for the run; it must be new or empty. */
  out: string;
  /**
   * The frozen CLIP: a name (`openai/clip-vit-large-patch14`, after `npx mediclip models pull` has
   * fetched it) or a folder with `config.json` and `model.safetensors`. The default `compact` comes
   * with the package and is meant for trying things out.
   */
  model?: string;
  /** Everything else that determines the run: method, shots, seed, epochs and so on. */
  settings?: TrainingSettings;
  /**
   * Continue the run in `out` where it was stopped, or start it if there is none. Default false.
   */
  resume?: boolean;
  /** Called after each epoch with its losses. */
  onEpoch?: (row: HistoryRow) => void | Promise<void>;
  /**
   * Called with a line about anything unexpected: images that are skipped, or traits that make the
   * classes too easy to tell apart.
   */
  onNote?: (line: string) => void;
  /**
   * Threads that generate synthetic anomalies; default one less than the number of cores, from 1 to
   * 4.
   */
  threads?: number;
}

/** The identity of a model or a data set of a run. */
export interface Identity {
  name: string;
  /** The folder from which it was read. */
  dir: string;
  /** SHA-256 of its files. */
  hash: string;
}

/** `config.json` of a run: everything that determines it. */
export interface RunRecord {
  /** The version of this package. */
  version: string;
  /** The backend: `tensorflow` or `wasm`, with anything else that may change the last digits. */
  backend: string;
  model: Identity;
  /** `class`: the class to which the run was limited, if it was. */
  dataset: Identity & { class?: string };
  /** All settings, including defaults. */
  config: TrainingSettings;
}

/** The result of {@link train}. */
export interface TrainResult {
  record: RunRecord;
  /** One row per epoch; empty for methods without epochs. */
  history: HistoryRow[];
  /**
   * Metrics of the test set; `null` if the data set has none. A metric that is undefined, for
   * example without masks, is `null`.
   */
  metrics: Metrics | null;
  /** `true` if the run to resume was already finished. */
  finishedBefore?: boolean;
  /**
   * Traits that separate normal from abnormal images apart from their content, such as their size.
   */
  warnings?: string[];
}

/**
 * Trains one few-shot run on normal images, and tests it if the data set has test images. Writes
 * everything to the run folder `out`; the same seed gives the same result. After an interruption,
 * the same call with `resume: true` continues the run.
 * @returns the losses of all epochs, and the metrics on the test set
 * @throws UserError if an option is wrong, in one line that says what was expected
 * @throws Interrupted if `signal` stopped the run
 */
export function train(options: TrainOptions): Promise<TrainResult> {
  return trainRun({ ...options, settings: unchecked(options.settings) });
}
