import type { Command } from 'commander';
import { sliceRange, wholeNumber } from './option-values';

/** The values of {@link withReadingOptions}. */
export interface ReadingValues {
  window?: string;
  volume?: number;
  axis?: string;
  slices?: [number, number];
}

/** Adds the options by which a verb reads new scanner files for a run. */
export function withReadingOptions(command: Command): Command {
  return command
    .option('--window <window>', 'window of DICOM and NIfTI files (see "inspect --help"; default: that of the training images)')
    .option('--volume <n>', 'which volume of a file with several, from 0 (default: as in training, else 0)', wholeNumber('--volume', 0))
    .option('--axis <axis>', 'how a volume is cut: sagittal, coronal or axial (default: as in training, else along the largest spacing)')
    .option('--slices <range>', 'only these slices of each volume or series, from 0: 30-120', sliceRange('--slices'));
}
