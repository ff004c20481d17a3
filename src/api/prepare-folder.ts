import type { LongRun } from '../common/progress';
import { prepareDataset, type PrepareOptions } from '../datasets/prepare';
import type { FolderNames } from '../datasets/prepare-folder';
import type { CutOptions } from '../datasets/prepare-slices';
import type { PrepareReport } from '../datasets/prepare-report';

/** Options of {@link prepareFolder}. */
export interface PrepareFolderOptions extends Omit<PrepareOptions, 'names' | 'cut'>, FolderNames, CutOptions, LongRun {
  /**
   * A folder with your images in `normal/` and, to test with, `abnormal/` and `masks/`; a mask has
   * the name of its image.
   */
  from: string;
  /** The folder for the data set; it must be new or empty. */
  out: string;
}

/**
 * Turns a folder of your own images, DICOM and NIfTI among them, into a data set for {@link train}: splits them into training
 * and test images, keeps copies of the same image on one side, and reports what it left out. Your
 * files do not change.
 * @returns what was found and how it was split; also written to `prepared.json` in the data set
 * @throws UserError if no image can be used, or `out` holds something else
 */
export function prepareFolder(options: PrepareFolderOptions): Promise<PrepareReport> {
  const { from, out, onProgress, signal, seed, train, force, followLinks, window, axis, volume, slices, ...names } = options;
  return prepareDataset(
    'folder',
    from,
    out,
    { seed, train, force, followLinks, names, cut: { window, axis, volume, slices } },
    { onProgress, signal },
  );
}
