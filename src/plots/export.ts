import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { writeFileAtomic } from '../common/node/files';
import { projectRoot } from '../common/node/project-root';
import { toPng, toSvg } from './chart';
import { isChart, isInteractive, type Picture } from './picture';
import { plotlyPage, type PageSection } from './plotly-page';
import { looksTheSame } from './same-figure';
import { smallPng } from './screen-copy';

/**
 * Writes a picture as a figure: `NAME.png` and, for charts and drawings, `NAME.svg`, completely or
 * not at all. For an interactive picture it writes the still; {@link exportPage} puts several of
 * them on one page. Files that already look the same are not written (last digits differ between
 * processors), so that version control shows visible changes only.
 * @param name - letters, digits, `-` and `_`
 * @param folder - default `figures/` of the project, or `MEDICLIP_FIGURES` where it is set
 * @returns the files of the figure
 * @throws UserError if the name is not a plain file name
 */
export async function exportFigure(name: string, picture: Picture, folder = figuresFolder()): Promise<string[]> {
  if (isChart(picture)) {
    const [svg, { png }] = [await toSvg(picture), await toPng(picture)];
    return writeFigure(name, { svg: Buffer.from(svg + '\n'), png }, folder);
  }
  const { png, svg } = isInteractive(picture) ? picture.still : picture;
  return writeFigure(name, { ...(svg !== undefined && { svg: Buffer.from(svg + '\n') }), png: await smallPng(png) }, folder);
}

/**
 * Writes interactive pictures as one page, `NAME.html`, that needs no network. Like
 * {@link exportFigure} it writes only what looks different.
 * @param title - of the page
 * @returns the file of the page
 * @throws UserError if the name is not a plain file name
 */
export async function exportPage(name: string, title: string, sections: readonly PageSection[], folder = figuresFolder()): Promise<string> {
  const [file] = await writeFigure(name, { html: Buffer.from(plotlyPage(title, sections)) }, folder);
  return file;
}

/**
 * Writes all files of a figure if one of them looks different from the file that is there.
 * @param contents - by extension
 */
async function writeFigure(name: string, contents: Record<string, Buffer>, folder: string): Promise<string[]> {
  const files = Object.entries(contents).map(([extension, content]) => ({ extension, content, file: figureFile(name, extension, folder) }));
  let same = true;
  for (const { extension, content, file } of files) {
    same &&= fs.existsSync(file) && (await looksTheSame(extension, fs.readFileSync(file), content));
  }
  if (!same) for (const { file, content } of files) writeFileAtomic(file, content);
  return files.map(({ file }) => file);
}

function figuresFolder(): string {
  return process.env.MEDICLIP_FIGURES || path.join(projectRoot(), 'figures');
}

function figureFile(name: string, extension: string, folder: string): string {
  if (!/^[\w-]+$/.test(name)) throw new UserError(`figure ${JSON.stringify(name)}: a name holds letters, digits, "-" and "_" only`);
  return path.join(folder, `${name}.${extension}`);
}
