import path from 'node:path';
import { UserError } from '../common/errors';
import { writeFileAtomic } from '../common/files';
import { projectRoot } from '../common/project-root';
import { toPng, toSvg } from './chart';
import { isChart, type Picture } from './picture';
import { smallPng } from './screen-copy';

/**
 * Writes a picture as a figure: `NAME.svg` (charts and drawings) and `NAME.png`, whole or not at all.
 * @param name - letters, digits, `-` and `_`
 * @param folder - default `figures/` of the project, or `MEDICLIP_FIGURES` where it is set
 * @returns the files written
 * @throws UserError if the name is no plain file name.
 */
export async function exportFigure(
  name: string,
  picture: Picture,
  folder = process.env.MEDICLIP_FIGURES || path.join(projectRoot(), 'figures'),
): Promise<string[]> {
  if (!/^[\w-]+$/.test(name)) throw new UserError(`figure ${JSON.stringify(name)}: a name holds letters, digits, "-" and "_" only`);
  const file = (extension: string): string => path.join(folder, `${name}.${extension}`);
  const written: string[] = [];
  const write = (extension: string, content: string | Uint8Array): void => {
    writeFileAtomic(file(extension), content);
    written.push(file(extension));
  };
  if (isChart(picture)) {
    const [svg, { png }] = [await toSvg(picture), await toPng(picture)];
    write('svg', svg + '\n');
    write('png', png);
  } else {
    if (picture.svg !== undefined) write('svg', picture.svg + '\n');
    write('png', await smallPng(picture.png));
  }
  return written;
}
