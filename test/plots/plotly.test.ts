import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { chromium } from 'playwright-core';
import { UserError } from '../../src/common/errors';
import { exportFigure, exportPage } from '../../src/plots/export';
import { imageSlider } from '../../src/plots/image-slider';
import { interactive, plotlyText } from '../../src/plots/plotly';
import { plotlyPage } from '../../src/plots/plotly-page';
import { temporaryFolder } from '../helpers/tiny-clip';
import { findChromium, until } from '../helpers/chromium';

const HOSTILE = `</script><script>window.hacked=1</script><img src="http://127.0.0.1:9/x" onerror="window.hacked=1"> & "quoted"`;
const LINK = '<a href="http://127.0.0.1:9/away">here</a>';

const grey = (level: number) => ({ width: 24, height: 24, channels: 1 as const, data: new Uint8Array(576).fill(level) });

function hostileSlider() {
  const frames = [40, 120, 200].map((level, i) => ({
    label: `${i}${LINK}`,
    caption: `${HOSTILE} ${level}`,
    images: [grey(level), grey(255 - level)],
  }));
  const series = ['one', 'two'].map((name, s) => ({
    name: `${name} ${HOSTILE}`,
    valueName: LINK,
    start: 1,
    frames: s === 0 ? frames : [...frames].reverse(),
  }));
  return imageSlider(grey(0), ['first', LINK, 'third'], series, `alt ${HOSTILE}`);
}

async function page(): Promise<string> {
  const still = { png: Buffer.alloc(0), width: 300, height: 200, alt: 'raw' };
  const raw = interactive({ data: [{ type: 'scatter', x: [1], y: [2], customdata: [HOSTILE] }], layout: {} }, still);
  const sections = [
    { heading: HOSTILE, text: HOSTILE, picture: await hostileSlider() },
    { heading: 'raw', text: '', picture: raw },
  ];
  return plotlyPage(`title ${HOSTILE}`, sections);
}

test('text for Plotly has no markup left', () => {
  assert.equal(plotlyText('<a href="x">a & b</a>\n'), '&lt;a href="x"&gt;a &amp; b&lt;/a&gt;\ufffd');
  assert.equal(plotlyText('σ = 4 px'), 'σ = 4 px');
});

test('an interactive picture is as large as its still, and its axes have the style', () => {
  const still = { png: Buffer.alloc(0), width: 321, height: 123, alt: 'a picture' };
  const { plotly, alt } = interactive({ data: [], layout: { xaxis: { title: { text: 'x' } }, yaxis: {} } }, still, ['xaxis']);
  assert.deepEqual([plotly.layout.width, plotly.layout.height, alt], [321, 123, 'a picture']);
  const { title, gridcolor } = plotly.layout.xaxis as { title: { text: string; standoff: number }; gridcolor: string };
  assert.deepEqual([title.text, typeof title.standoff, gridcolor], ['x', 'number', '#E5E5E5']);
  assert.deepEqual(plotly.layout.yaxis, {});
});

test('a page is the same bytes each time, escapes names, loads nothing and carries plotly.js whole', async () => {
  const html = await page();
  assert.equal(html, await page());
  const packed = /<script type="application\/gzip" id="plotly">([^<]*)<\/script>/.exec(html)?.[1] ?? '';
  const source = fs.readFileSync(createRequire(__filename).resolve('plotly.js-dist'));
  assert.ok(zlib.gunzipSync(Buffer.from(packed, 'base64')).equals(source), 'plotly.js is not inside');
  const own = html.replace(packed, '');
  assert.equal(own.match(/<script/g)?.length, 4, 'two figures, plotly.js, drawing');
  assert.equal(own.match(/<\/script>/g)?.length, 4);
  const tags = [...own.replace(/<script[\s\S]*?<\/script>/g, '').matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag);
  for (const tag of tags) assert.doesNotMatch(tag.replace(/alt="[^"]*"/, ''), /(?:src|href|action)="(?!data:)|\son\w+=|url\(/, tag);
  assert.match(own, /default-src 'none'/);
  assert.doesNotMatch(own, /@import|<link|<iframe/);
  assert.match(own, /<h1>title &lt;\/script&gt;/);
});

test('figures of an interactive picture: the still, and a page under a plain name', async () => {
  const dir = temporaryFolder();
  const picture = await hostileSlider();
  await exportFigure('explorer', picture, dir);
  const file = await exportPage('explorer', 'Title', [{ heading: 'a', text: 'b', picture }], dir);
  assert.equal(file, path.join(dir, 'explorer.html'));
  assert.deepEqual(fs.readdirSync(dir).sort(), ['explorer.html', 'explorer.png']);
  await assert.rejects(exportPage('../x', 'Title', [], dir), UserError);
});

const browser = findChromium();
test(
  'in a browser without a network the page draws, follows list and slider, and runs nothing that names bring',
  { skip: !browser && 'no Chromium on the PATH' },
  async (t) => {
    const file = path.join(temporaryFolder(), 'page.html');
    fs.writeFileSync(file, await page());
    const chrome = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--disable-gpu'] });
    t.after(() => chrome.close());
    const context = await chrome.newContext({ offline: true, viewport: { width: 1000, height: 900 } });
    const tab = await context.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    tab.on('request', (request) => requests.push(request.url()));
    tab.on('pageerror', (error) => errors.push(error.message));
    tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await tab.goto(`file://${file}`);
    await until(tab, 'document.documentElement.dataset.drawn === "true"');
    const state = () =>
      tab.evaluate(`(() => {
      const figure = document.querySelector('.js-plotly-plot');
      const { sliders, annotations } = figure.layout;
      const seen = sliders.findIndex((s) => s.visible);
      return { source: figure.data[1].source, seen, active: sliders[seen].active, caption: annotations[3].text };
    })()`) as Promise<{ source: string; seen: number; active: number; caption: string }>;
    const before = await state();
    assert.deepEqual([before.seen, before.active], [0, 1]);
    await tab.locator('.updatemenu-header').click();
    await tab.locator('.updatemenu-dropdown-button').nth(1).click();
    const rail = tab.locator('.slider-rail-touch-rect');
    await until(tab, 'document.querySelector(".js-plotly-plot").layout.sliders[1].visible');
    const box = await rail.boundingBox();
    assert.ok(box);
    await tab.mouse.click(box.x + box.width - 12, box.y + box.height / 2);
    // The slider moves at once, the images follow a moment later.
    await until(tab, `document.querySelector(".js-plotly-plot").data[1].source !== ${JSON.stringify(before.source)}`);
    const after = await state();
    assert.deepEqual([after.seen, after.active], [1, 2]);
    assert.notEqual(after.source, before.source);
    assert.match(after.caption, / 40$/);
    assert.equal(await tab.evaluate('window.hacked'), undefined);
    assert.equal(await tab.locator('a').count(), 0, 'a name became a link');
    assert.deepEqual(
      requests.filter((url) => !/^(file|data|blob):/.test(url)),
      [],
    );
    assert.deepEqual(errors, []);
  },
);
