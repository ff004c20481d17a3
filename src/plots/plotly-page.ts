import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import zlib from 'node:zlib';
import { projectRoot } from '../common/node/project-root';
import type { Interactive } from './picture';
import { COLOURS, escapeXml, FONT, scriptJson } from '../drawing/style';

/** A picture of a page, with a heading and a sentence above it. */
export interface PageSection {
  heading: string;
  text: string;
  picture: Interactive;
}

/** Nothing is fetched: the browser refuses whatever the page tries to load from elsewhere. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

const STYLE = `
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: ${COLOURS.background}; color: ${COLOURS.text}; font: 15px/1.5 ${FONT} }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin: 2.2rem 0 0 } p { max-width: 46rem; margin: .3rem 0 .6rem }
figure { margin: 0; overflow-x: auto } figure img { display: block } footer { margin-top: 2.5rem; font-size: .8rem; color: ${COLOURS.faint} }`;

/** Unpacks plotly.js, then plots each figure in place of its still. */
const SCRIPT = `
(async () => {
  const packed = Uint8Array.from(atob(document.getElementById('plotly').textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const script = document.createElement('script');
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  for (const figure of document.querySelectorAll('figure')) {
    const { data, layout, config } = JSON.parse(figure.querySelector('script').textContent);
    const place = document.createElement('div');
    place.setAttribute('role', 'img');
    place.setAttribute('aria-label', figure.querySelector('img').alt);
    figure.append(place);
    await Plotly.newPlot(place, data, layout, config);
    figure.querySelector('img').remove();
  }
  document.documentElement.dataset.drawn = 'true';
})();`;

/**
 * A self-contained HTML page with interactive pictures, their stills for readers without scripts,
 * and plotly.js itself (compressed, about 2.5 MB). It works without a network. Texts are escaped.
 * The same input gives the same bytes on one machine.
 */
export function plotlyPage(title: string, sections: readonly PageSection[]): string {
  const body = sections.map(({ heading, text, picture }) => {
    const { still, plotly, alt } = picture;
    const image = `<img src="data:image/png;base64,${still.png.toString('base64')}" width="${still.width}" height="${still.height}" alt="${escapeXml(alt)}">`;
    const json = scriptJson(plotly);
    return `<h2>${escapeXml(heading)}</h2>\n<p>${escapeXml(text)}</p>\n<figure>${image}<script type="application/json">${json}</script></figure>`;
  });
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
${body.join('\n')}
<footer>Drawn with plotly.js, Copyright Plotly, Inc., MIT licence, which this page carries inside. Nothing is loaded from elsewhere.</footer>
<script type="application/gzip" id="plotly">${packedPlotly()}</script>
<script>${SCRIPT}
</script>
</body>
</html>
`;
}

let packed: string | undefined;

function packedPlotly(): string {
  const file = createRequire(path.join(projectRoot(), 'package.json')).resolve('plotly.js-dist');
  return (packed ??= zlib.gzipSync(fs.readFileSync(file), { level: 9 }).toString('base64'));
}
