import { exportFigure } from '../plots/export';
import { show as showPicture } from '../plots/display';
import type { Picture } from '../plots/picture';

/**
 * Shows a picture below the notebook's cell and, with a name, also exports it as a figure
 * (`figures/NAME.png`, charts and drawings as `NAME.svg` too). Where there is no picture, nothing
 * happens. Outside of a kernel it is exported only.
 * @param picture - a picture, or the promise of one, so that a cell needs one `await`
 * @param figure - name of the exported figure: letters, digits, `-` and `_`
 * @throws UserError if the name is not a plain file name
 */
export async function show(picture: Picture | undefined | Promise<Picture | undefined>, figure?: string): Promise<void> {
  const made = await picture;
  if (!made) return;
  if (figure !== undefined) await exportFigure(figure, made);
  await showPicture(made);
}
