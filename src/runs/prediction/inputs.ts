import { findSlices, type FoundSlices, type SliceOptions } from '../../datasets/slices';
import { UserError } from '../../common/errors';
import { checkApplied } from '../../image/node/volume-options';

/** How inputs are found and read. */
export interface InputOptions extends SliceOptions {
  /** Called with notes for the user. */
  onNote?: (line: string) => void;
}

/**
 * The images and slices of files and folders ({@link findSlices}), with notes about what is left
 * out.
 * @param given - what of the options the user gave; it must apply to some input
 * @throws UserError if there is none, or one that was named cannot be read
 */
export async function inputsOf(
  paths: readonly string[],
  { onNote, ...options }: InputOptions = {},
  given: InputOptions = options,
): Promise<FoundSlices> {
  const found = await findSlices(paths, options);
  const { slices, groups, left, repeated, notes } = found;
  for (const { name, count, emptyLeftOut, outsideRange } of groups) {
    if (emptyLeftOut > 0) onNote?.(`${name}: ${emptyLeftOut} of ${count} slices are empty and are left out`);
    if (outsideRange === count) throw new UserError(`${name}: has ${count} slices, none of them in the range that was asked for`);
  }
  if (repeated.length > 0)
    onNote?.(`${repeated.length} files hold what others hold and are left out, the first: ${repeated[0].file}: ${repeated[0].reason}`);
  for (const note of notes) onNote?.(note);
  if (left.length > 0) onNote?.(`${left.length} files are left out, the first: ${left[0].file}: ${left[0].reason}`);
  checkApplied(given, found.applied);
  if (slices.length === 0) throw new UserError(`${paths[0]}: holds only empty slices; there is nothing to score`);
  return found;
}
