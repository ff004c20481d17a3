import { UsageError } from '../../common/errors';

/** The files to which an option of volumes applies, in words. */
const APPLIES_TO = { axis: 'NIfTI files', volume: 'NIfTI files and TIFF stacks', slices: 'volumes, stacks and series' } as const;
/** An option that only some files have a use for. */
export type VolumeOption = keyof typeof APPLIES_TO;

/**
 * Refuses an option that was given although no file has a use for it.
 * @param applied - the options for which there is such a file
 * @param file - the name of the only file
 * @throws UsageError that names the option
 */
export function checkApplied(
  given: Readonly<Partial<Record<VolumeOption, unknown>>>,
  applied: Iterable<VolumeOption>,
  file?: string,
): void {
  const found = new Set(applied);
  for (const option of Object.keys(APPLIES_TO) as VolumeOption[]) {
    if (given[option] === undefined || found.has(option)) continue;
    const [start, end] = file === undefined ? ['', ', of which there are none here'] : [`${file}: `, ''];
    throw new UsageError(`${start}--${option}: only for ${APPLIES_TO[option]}${end}; leave it out`);
  }
}
