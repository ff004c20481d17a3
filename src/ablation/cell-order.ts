import type { DatasetPlace } from '../datasets/layout';
import type { TrainingConfig } from '../runs/config';
import type { VariantName } from '../runs/labels';

/** The instructions for a process that works on one cell. */
export interface CellOrder {
  name: string;
  /** Run folder. */
  run: string;
  /** Lock file that is held while the cell is in progress. */
  lock: string;
  dataset: DatasetPlace;
  model: string;
  config: TrainingConfig;
  variants: VariantName[];
  /** All groups of the grid. */
  groups: string[];
  /** The other data sets on which the run still has to be tested, with their folders and classes. */
  transfer: DatasetPlace[];
  /** Folder of the frozen features that the runs share. */
  features: string;
  /** Number of threads that synthesise anomalies. */
  threads: number;
}
