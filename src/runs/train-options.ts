import type { LongRun } from '../common/progress';
import type { MediClip } from '../methods/mediclip/mediclip';
import type { TrainingSettings } from './config';
import type { Metrics } from './evaluate';
import type { FeatureCache } from './feature-cache';
import type { HistoryRow, RunRecord } from './run-folder';

/** Options of {@link train}. */
export interface TrainOptions extends LongRun {
  /** Folder of a data set in the published layout; a resumed run knows its own. */
  dataset?: string;
  /** The only class of the data set to use (default: all). */
  class?: string;
  /** Name or folder of a CLIP (default `compact`). */
  model?: string;
  /** Run folder. */
  out: string;
  settings?: TrainingSettings;
  /**
   * Continue the run in `out` with its own configuration, or start it if there is none and
   * `dataset` is given. Other options must agree with the run.
   */
  resume?: boolean;
  /** Called after every epoch, with the current model. */
  onEpoch?: (row: HistoryRow, model: MediClip) => void | Promise<void>;
  /**
   * Called with a line about anything unexpected: images that are skipped, an epoch that cannot be
   * chosen.
   */
  onNote?: (line: string) => void;
  /**
   * Threads that synthesise anomalies (default: one less than the number of cores, from 1 to 4).
   */
  threads?: number;
  /** Cache in which the frozen features of the test set are kept for other runs (default: none). */
  featureCache?: FeatureCache;
}

/** The result of {@link train}. */
export interface TrainResult {
  record: RunRecord;
  /** Empty for methods without epochs. */
  history: HistoryRow[];
  /** Metrics of the test set, if the data set has one. */
  metrics: Metrics | null;
  /** True if a resumed run had nothing left to do. */
  finishedBefore?: boolean;
  /**
   * Traits that separate the classes apart from the content of images ({@link runWarnings}); absent
   * if a run is resumed.
   */
  warnings?: string[];
}
