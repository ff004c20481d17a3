import type { TrainingConfig } from '../runs/config';
import type { VariantName } from '../runs/labels';

/** What the process of one cell is told. */
export interface CellOrder {
  name: string;
  /** Run folder. */
  run: string;
  /** Held while the cell is worked on. */
  lock: string;
  dataset: string;
  model: string;
  config: TrainingConfig;
  variants: VariantName[];
  /** All groups of the grid. */
  groups: string[];
  /** Folders of the other data sets that it still has to be tested on. */
  transfer: { name: string; dir: string }[];
  /** Folder of frozen features that runs share. */
  features: string;
  /** Threads that synthesise anomalies. */
  threads: number;
}
