import type { LongRun } from '../common/progress';
import type { MediClip } from '../methods/mediclip/mediclip';
import type { TrainingSettings } from './config';
import type { Metrics } from './evaluate';
import type { FeatureCache } from './feature-cache';
import type { HistoryRow, RunRecord } from './run-folder';

/** What {@link train} is asked for. */
export interface TrainOptions extends LongRun {
  /** Folder of a data set in the published layout; a resumed run knows its own. */
  dataset?: string;
  /** Name or folder of a CLIP (default `compact`). */
  model?: string;
  /** Run folder. */
  out: string;
  settings?: TrainingSettings;
  /**
   * Go on with the run that lies in `out`, by its own configuration; begin where none is and `dataset` is given. What is given besides
   * must agree with the run.
   */
  resume?: boolean;
  /** Called after every epoch, with the model as it is then. */
  onEpoch?: (row: HistoryRow, model: MediClip) => void | Promise<void>;
  /** Called with a line on what the user may not expect: images that are passed over, an epoch that cannot be chosen. */
  onNote?: (line: string) => void;
  /** Threads that synthesise anomalies (default: one less than there are cores, 1 to 4). */
  threads?: number;
  /** Where frozen features of the test set are kept for other runs (default: nowhere). */
  featureCache?: FeatureCache;
}

/** What a training ends with. */
export interface TrainResult {
  record: RunRecord;
  /** Empty for methods that learn in no epochs. */
  history: HistoryRow[];
  /** Of the test set, if the data set has one. */
  metrics: Metrics | null;
  /** True where a run that was to go on had nothing left to do. */
  finishedBefore?: boolean;
  /** What tells classes apart without a look at what images show ({@link runWarnings}); nothing where a run goes on. */
  warnings?: string[];
}
