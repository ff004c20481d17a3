import crypto from 'node:crypto';
import path from 'node:path';
import type { Display } from 'tslab';
import { toPng } from './chart';
import { isChart, isInteractive, type Picture } from './picture';
import { screenCopy } from './screen-copy';
import { tableHtml, tableText, type TableCell, type Table } from './table';

/**
 * What Jupyter calls a MIME bundle: one output in several formats. A viewer shows the best one that
 * it knows.
 */
interface Bundle {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

type WriteDisplayData = (message: Bundle & { transient: { display_id?: string } }, update: boolean) => void;

const VEGA_LITE = 'application/vnd.vegalite.v5+json';
const PLOTLY = 'application/vnd.plotly.v1+json';

/**
 * Shows a picture below the notebook's cell: a chart as Vega-Lite and an interactive picture as
 * Plotly, which JupyterLab draws, with a PNG beside it for viewers that run no scripts; a PNG as it
 * is. Outside a kernel nothing happens.
 */
export async function show(picture: Picture): Promise<void> {
  if (findKernel()) send(await bundleOf(picture));
}

/**
 * Shows a table below the notebook's cell, as HTML and as text. Outside a kernel nothing happens.
 */
export function showTable(table: Table<TableCell>): void {
  const kernel = findKernel();
  const html = tableHtml(table);
  if (kernel?.write) send({ data: { 'text/html': html, 'text/plain': tableText(table) }, metadata: {} });
  else kernel?.display.html(html);
}

/**
 * Shows a text below the notebook's cell, such as a result that the cell has computed. Outside a
 * kernel nothing happens.
 * @param markdown - `**bold**`, `*italic*` and lists are rendered
 */
export function showText(markdown: string): void {
  const kernel = findKernel();
  if (kernel?.write) send({ data: { 'text/markdown': markdown, 'text/plain': markdown.replaceAll('**', '') }, metadata: {} });
  else kernel?.display.markdown(markdown);
}

/** A picture that is replaced in place, for progress. */
export interface LiveChart {
  /**
   * Asks for this picture to be shown and returns at once. Of several pictures that come while one
   * is rendered, only the last is shown.
   */
  update(picture: Picture): void;
  /** Waits until the last picture is shown. Throws the first error of rendering. */
  finish(): Promise<void>;
}

/**
 * A place below the notebook's cell whose picture changes: `const live = liveChart()`, then
 * `live.update(chart)` after every epoch and `await live.finish()`. Outside a kernel nothing
 * happens.
 */
export function liveChart(): LiveChart {
  const place = newPlace();
  let next: Picture | undefined;
  let drawing: Promise<void> | undefined;
  let failure: unknown;
  const draw = async (): Promise<void> => {
    try {
      while (next) {
        const picture = next;
        next = undefined;
        place(await bundleOf(picture));
      }
    } catch (error) {
      failure ??= error;
    } finally {
      drawing = undefined;
    }
  };
  return {
    update(picture) {
      if (!findKernel()) return;
      next = picture;
      drawing ??= draw();
    },
    async finish() {
      while (drawing) await drawing;
      if (failure !== undefined) throw failure;
    },
  };
}

async function bundleOf(picture: Picture): Promise<Bundle> {
  const { png, width, height, alt } = isChart(picture)
    ? await toPng(picture)
    : await screenCopy(isInteractive(picture) ? picture.still : picture);
  return {
    data: {
      ...(isChart(picture) ? { [VEGA_LITE]: picture.spec } : {}),
      ...(isInteractive(picture) ? { [PLOTLY]: picture.plotly } : {}),
      'image/png': png.toString('base64'),
      'text/plain': alt,
    },
    metadata: { 'image/png': { width, height, alt } },
  };
}

/** Opens an output that later calls replace. */
function newPlace(): (bundle: Bundle) => void {
  const id = crypto.randomBytes(8).toString('hex');
  let shown = false;
  let fallback: Display | undefined;
  return (bundle) => {
    const kernel = findKernel();
    if (kernel?.write) kernel.write({ ...bundle, transient: { display_id: id } }, shown);
    else if (kernel) sendBest((fallback ??= kernel.newDisplay()), bundle);
    shown = true;
  };
}

function send(bundle: Bundle): void {
  const kernel = findKernel();
  if (kernel?.write) kernel.write({ ...bundle, transient: {} }, false);
  else if (kernel) sendBest(kernel.display, bundle);
}

/** tslab's public display takes one format only: the PNG, which every viewer shows. */
function sendBest(display: Display, bundle: Bundle): void {
  display.png(Buffer.from(bundle.data['image/png'] as string, 'base64'));
}

interface Kernel {
  display: Display;
  newDisplay(): Display;
  /** tslab's private function for messages with several formats, if it is found. */
  write?: WriteDisplayData;
}

/**
 * The tslab kernel of this process. It is looked up among the loaded modules, so that nothing is
 * loaded outside a kernel.
 */
function findKernel(): Kernel | undefined {
  const loaded = (file: string): Record<string, unknown> | undefined => {
    const ending = ['', 'tslab', 'dist', file].join(path.sep);
    const found = Object.keys(require.cache).find((name) => name.endsWith(ending));
    return found === undefined ? undefined : (require.cache[found]?.exports as Record<string, unknown>);
  };
  const jupyter = loaded('jupyter.js');
  if (!jupyter || jupyter.lastWriteDisplayData === null) return undefined;
  const tslab = require('tslab') as { display: Display; newDisplay(): Display };
  const write = jupyter.lastWriteDisplayData;
  return {
    display: tslab.display,
    newDisplay: tslab.newDisplay,
    write: typeof write === 'function' ? (write as WriteDisplayData) : undefined,
  };
}
