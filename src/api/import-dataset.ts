import type { LongRun } from '../common/progress';
import { importDataset as importFrom, type ImportOptions } from '../datasets/import/import';
import type { ImportLayout } from '../datasets/import/layouts';
import type { ImportReport } from '../datasets/import/report';

/** Options of {@link importDataset}. */
export interface ImportDatasetOptions extends ImportOptions, LongRun {
  /**
   * How the folder is laid out: `mvtec`, `bmad`, `meta` (`meta.json` of AnomalyCLIP and AdaCLIP),
   * `medianomaly` (`data.json`), `csv` or `samples`.
   */
  layout: ImportLayout;
  /** The folder with the data set. */
  from: string;
  /** The folder for the result; it must be new or empty. */
  out: string;
}

/**
 * Takes over a split that others made as a data set for {@link train}: every image stays on the side
 * on which they put it. Your files do not change.
 * @returns what was taken over and what was left out; also written to `prepared.json` in the data set
 * @throws UserError if the folder is not laid out so, or `out` holds something else
 */
export function importDataset(options: ImportDatasetOptions): Promise<ImportReport> {
  const { layout, from, out, onProgress, signal, ...rest } = options;
  return importFrom(layout, from, out, rest, { onProgress, signal });
}
