import crypto from 'node:crypto';
import { endTexts } from '../drawing/colour-bar';
import { OVERLAY_TABLE } from '../drawing/overlay';
import { escapeXml, scriptJson } from '../drawing/style';
import { pageScript } from './page-script';
import { PAGE_STYLE } from './page-style';
import type { PictureBudget, ReportItem } from './report-items';
import type { SuggestedThreshold } from './thresholds';

/** The content of {@link reportPage}. */
export interface ReportContent {
  title: string;
  /** Pairs of a name and a value. */
  facts: readonly (readonly [string, string])[];
  /** From the highest score to the lowest. */
  items: readonly ReportItem[];
  pictures: PictureBudget;
  /** Map values of the first and the last colour; null if there are no maps. */
  heatRange: readonly [number, number] | null;
  /** A sentence that explains these values. */
  heatNote?: string;
  suggestions: readonly SuggestedThreshold[];
  /** Where the slider begins. */
  threshold: Pick<SuggestedThreshold, 'value' | 'strictly'>;
  /** Tells pages apart whose tags a browser keeps: of a run and a test set. */
  id: string;
  /** The number of normal images behind the percentiles, if the run is calibrated. */
  calibration?: { images: number; pixels: boolean };
  /** Another run that is compared. */
  other?: { name: string; threshold: number; strictly: boolean };
}

/**
 * The error browser as one self-contained page. Its content security policy forbids loading
 * anything and running any script except its own, which it names by hash. The same content gives
 * the same bytes.
 */
export function reportPage(content: ReportContent): string {
  const { title, facts, items, pictures, heatRange, heatNote, suggestions, threshold, id, calibration, other } = content;
  const bothClasses = new Set(items.map(({ label }) => label)).size === 2;
  const kinds = items.some((item) => item.kinds !== undefined);
  const script = pageScript();
  const policy = `default-src 'none'; script-src 'sha256-${crypto.createHash('sha256').update(script).digest('base64')}'; style-src 'unsafe-inline'; img-src data:`;
  const json = scriptJson({ id, items, suggestions, threshold, calibration, other });
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
<dl>${facts.map(([name, value]) => `<dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd>`).join('')}</dl>
<noscript><p>This page needs JavaScript. It runs only its own script and loads nothing from elsewhere.</p></noscript>
<section id="board" aria-label="Threshold and confusion matrix">
<div>
<div class="lanes faint"><span><i class="swatch abnormal"></i>abnormal above, <i class="swatch normal"></i>normal below; one bar per image, in the order of scores</span><span>higher →</span></div>
<canvas id="strip" aria-hidden="true"></canvas>
<input id="slider" type="range" min="0" step="1" aria-label="Threshold: images at or above it are called abnormal">
<div class="row"><label>threshold <input id="exact" inputmode="decimal" placeholder="above all" aria-describedby="wrong honest"></label><output id="threshold" hidden></output>
${suggestions.map(({ name, reason }, i) => `<button type="button" id="suggestion-${i}" title="${escapeXml(reason)}">${escapeXml(name)}</button>`).join('\n')}</div>
<p id="wrong" role="alert" hidden></p>
<p class="faint" id="honest">${honest(suggestions)}</p>
</div>
<div>
<table><caption hidden>Confusion matrix; each field filters the images</caption>
<tr><td></td><th scope="col">called abnormal</th><th scope="col">called normal</th></tr>
<tr><th scope="row">abnormal</th><td>${cell('tp', 'found', 'true positives')}</td><td>${cell('fn', 'missed', 'false negatives')}</td></tr>
<tr><th scope="row">normal</th><td>${cell('fp', 'false alarms', 'false positives')}</td><td>${cell('tn', 'cleared', 'true negatives')}</td></tr></table>
<div id="rates"></div>
</div>
${bothClasses ? '<figure><canvas id="roc" role="img"></canvas><figcaption class="faint">ROC curve<br><span id="roc-point"></span></figcaption></figure>' : ''}
</section>
${kinds ? KINDS : ''}
${other ? comparison(other.name) : ''}
<div class="row" id="tools"><button type="button" id="mistakes">mistakes</button><button type="button" id="all">all images</button>
<input id="search" type="search" placeholder="search names, kinds, tags" aria-label="Search in names, kinds and tags">
<label>order <select id="order">${orders(kinds, other !== undefined)}</select></label>
${heatRange ? '<button type="button" id="maps" aria-pressed="false">maps over the images</button>' : ''}
<button type="button" id="tags-csv">save tags as CSV</button>
<span id="count" class="faint" role="status"></span></div>
<p id="tag-kept" class="faint" role="status"></p>
${heatRange ? `<div id="key" hidden>${scale(heatRange, heatNote)}</div>` : ''}
<p class="faint">${said(items.length, pictures)}</p>
<ol id="list"></ol>
<dialog id="detail" aria-labelledby="detail-name">
<div class="row"><h2 id="detail-name"></h2></div>
<p id="detail-score"></p>
<div class="row faint" id="volume" hidden><label>slice <input id="slice" type="range" min="0" step="1"></label><output id="slice-words"></output></div>
<div class="panels" id="panels"></div>
${heatRange ? layerControls(calibration?.pixels === true) + scale(heatRange, heatNote) : ''}
<div class="row"><label>tag <input id="tag" list="usual-tags" maxlength="200" placeholder="kept in this browser"></label>
<datalist id="usual-tags"><option>look again</option><option>label wrong</option><option>artefact</option><option>mask wrong</option></datalist></div>
<p class="faint name" id="detail-file"></p>
<div class="row"><button type="button" id="previous">← previous</button><button type="button" id="next" autofocus>next →</button><button type="button" id="close">close</button></div>
</dialog>
<footer class="faint">For research and teaching; not for diagnosis. This page is self-contained and loads nothing. Its images come from the data set, whose terms apply to the page.</footer>
<script type="application/json" id="data">${json}</script>
<script>${script}</script>
</body>
</html>
`;
}

function cell(id: string, word: string, name: string): string {
  return `<button type="button" id="${id}" title="show only these"><b></b>${word}<br><span>${name}</span></button>`;
}

function honest(suggestions: readonly SuggestedThreshold[]): string {
  const first = suggestions[0];
  if (!first) return 'All images are of one class, so no threshold is better than another. It starts at the median score.';
  const begins = `It starts at “${escapeXml(first.name)}”: ${escapeXml(first.reason)}.`;
  if (first.strictly) return suggestions.length > 1 ? `${begins} The other buttons use the labels of these very images.` : begins;
  return `${begins} Like the other buttons, it was chosen with the labels of these very images. It describes them, and could not have been known in advance.`;
}

const KINDS = `<section><table><caption class="faint">Kinds of anomaly at this threshold; a click shows only that kind</caption>
<thead><tr><th scope="col">kind</th><th scope="col">images</th><th scope="col">found</th><th scope="col">missed</th><th scope="col">sensitivity</th></tr></thead><tbody id="kinds"></tbody></table></section>`;

function comparison(name: string): string {
  const pair = (id: string, words: string): string =>
    `<button type="button" id="pair-${id}" aria-pressed="false"><b></b> ${words}</button>`;
  return `<section><p>Beside <b class="name">${escapeXml(name)}</b>, at its own threshold; the second score of each image is its.</p><div class="row">${[
    pair('own', 'only this run is wrong'),
    pair('other', 'only the other is wrong'),
    pair('both', 'both are wrong'),
    pair('none', 'both are right'),
  ].join('\n')}</div></section>`;
}

function orders(kinds: boolean, other: boolean): string {
  const all: [string, string][] = [
    ['score', 'highest score first'],
    ['rising', 'lowest score first'],
    ['name', 'name'],
    ...(kinds ? ([['kind', 'kind']] as [string, string][]) : []),
    ...(other ? ([['differs', 'where the runs differ most']] as [string, string][]) : []),
  ];
  return all.map(([value, words]) => `<option value="${value}">${words}</option>`).join('');
}

function layerControls(called: boolean): string {
  const contour = (id: string, words: string): string => `<label><input type="checkbox" id="show-${id}" checked> ${words}</label>`;
  return `<div class="row faint"><label>map opacity <input id="opacity" type="range" min="0" max="1" step="0.05" value="0.6"></label>${contour('truth', 'contour of the true mask')}${called ? contour('called', 'contour of what is above the pixel threshold') : ''}</div>`;
}

function said(images: number, { count, side }: PictureBudget): string {
  const pictures = `Pictures are ${side} pixels wide and compressed; scores were computed from the originals.`;
  if (count === images) return pictures;
  return `Only ${count} of ${images} images have a picture in this page: in each class, those that are ranked worst. The numbers count all images. ${pictures}`;
}

function scale([low, high]: readonly [number, number], note = ''): string {
  const stops = Array.from({ length: 9 }, (_, i) => {
    const at = Math.round((i / 8) * 255) * 3;
    return `rgb(${OVERLAY_TABLE.subarray(at, at + 3).join(',')})`;
  });
  const [first, last] = endTexts([low, high]);
  return (
    `<div class="heat"><div class="scale" style="background: linear-gradient(90deg, ${stops.join(', ')})"></div>` +
    `<div class="ends faint"><span>${first}</span><span>map value, one scale for all images</span><span>${last}</span></div>` +
    `${note && `<p class="faint">${escapeXml(note)}</p>`}</div>`
  );
}
