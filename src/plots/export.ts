import path from 'node:path';
import { UserError } from '../common/errors';
import { writeFileAtomic } from '../common/files';
import { projectRoot } from '../common/project-root';
import { toPng, toSvg } from './chart';
import { isChart, isInteractive, type Picture } from './picture';
import { plotlyPage, type PageSection } from './plotly-page';
import { smallPng } from './screen-copy';

/**
 * Writes a picture as a figure: `NAME.svg` (charts and drawings) and `NAME.png`, whole or not at all. Of an interactive picture the
 * still; several of them become one page with {@link exportPage}.
 * @param name - letters, digits, `-` and `_`
 * @param folder - default `figures/` of the project, or `MEDICLIP_FIGURES` where it is set
 * @returns the files written
 * @throws UserError if the name is no plain file name.
 */
export async function exportFigure(name: string, picture: Picture, folder = figuresFolder()): Promise<string[]> {
  const written: string[] = [];
  const write = (extension: string, content: string | Uint8Array): void => {
    const file = figureFile(name, extension, folder);
    writeFileAtomic(file, content);
    written.push(file);
  };
  if (isChart(picture)) {
    const [svg, { png }] = [await toSvg(picture), await toPng(picture)];
    write('svg', svg + '\n');
    write('png', png);
  } else {
    const { png, svg } = isInteractive(picture) ? picture.still : picture;
    if (svg !== undefined) write('svg', svg + '\n');
    write('png', await smallPng(png));
  }
  return written;
}

/**
 * Writes interactive pictures as one page, `NAME.html`, that needs no network.
 * @param title - of the page
 * @returns the file written
 * @throws UserError if the name is no plain file name.
 */
export function exportPage(name: string, title: string, sections: readonly PageSection[], folder = figuresFolder()): string {
  const file = figureFile(name, 'html', folder);
  writeFileAtomic(file, plotlyPage(title, sections));
  return file;
}

function figuresFolder(): string {
  return process.env.MEDICLIP_FIGURES || path.join(projectRoot(), 'figures');
}

function figureFile(name: string, extension: string, folder: string): string {
  if (!/^[\w-]+$/.test(name)) throw new UserError(`figure ${JSON.stringify(name)}: a name holds letters, digits, "-" and "_" only`);
  return path.join(folder, `${name}.${extension}`);
}
