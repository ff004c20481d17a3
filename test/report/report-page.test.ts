import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import type { ReportItem } from '../../src/report/report-items';
import { reportPage, type ReportContent } from '../../src/report/report-page';
import { suggestedThresholds } from '../../src/report/thresholds';
import { findChromium } from '../helpers/chromium';
import { temporaryFolder } from '../helpers/tiny-clip';

const HOSTILE = `</script><script>window.hacked=1</script><!--<img src="http://127.0.0.1:9/x" onerror="window.hacked=1"> & "'quoted'\u2028`;
const SCORES = [0.9, 0.8, 0.6, 0.4, 0.4, 0.1];
const LABELS = [1, 0, 1, 1, 0, 0] as const;

/** Six images: five with a picture of a grey level of their own, one without; the abnormal ones with mask, but for the last of them. */
async function content(changes: Partial<ReportContent> = {}): Promise<ReportContent> {
  const picture = async (level: number): Promise<string> => {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: level, g: level, b: level } } })
      .png()
      .toBuffer();
    return `data:image/png;base64,${png.toString('base64')}`;
  };
  const items = SCORES.map(async (score, i): Promise<ReportItem> => ({
    name: i === 0 ? HOSTILE : `image ${i}`,
    file: i === 0 ? `a/${HOSTILE}.png` : `a/${i}.png`,
    ...(i === 1 ? { source: `scans of mine/${HOSTILE}.png` } : {}),
    label: LABELS[i],
    score,
    image: i === 5 ? null : await picture(10 * i),
    map: i === 5 ? null : await picture(100 + 10 * i),
    mask: i === 0 || i === 2 ? await picture(255) : null,
  }));
  return {
    title: `title ${HOSTILE}`,
    facts: [['run', HOSTILE]],
    items: await Promise.all(items),
    pictures: { count: 5, side: 8 },
    heatRange: [0.2, 0.8],
    suggestions: suggestedThresholds(SCORES, LABELS),
    threshold: { value: 0.6 },
    id: 'run',
    ...changes,
  };
}

test('the page has the same bytes each time, escapes texts and refers to nothing outside', async () => {
  const html = reportPage(await content());
  assert.equal(html, reportPage(await content()));
  assert.equal(html.match(/<script/g)?.length, 2, 'data and program');
  assert.equal(html.match(/<\/script>/g)?.length, 2);
  const tags = [...html.replace(/<script[\s\S]*?<\/script>/g, '').matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag);
  for (const tag of tags) assert.doesNotMatch(tag, /(?:src|href|action)="(?!data:)|\son\w+=|url\(/, tag);
  assert.match(html, /default-src 'none'; script-src 'sha256-/);
  assert.doesNotMatch(html, /@import|<link|<iframe|unsafe-eval/);
  assert.match(html, /Only 5 of 6 images have a picture/);
});

test('pages without maps or with only one class say so', async () => {
  assert.doesNotMatch(reportPage(await content({ heatRange: null })), /class="scale"|id="maps"/);
  assert.match(reportPage(await content({ suggestions: [] })), /All images are of one class/);
});

const browser = findChromium();

test(
  'in a browser without a network: order, filter, threshold, details, and nothing that names bring is run',
  { skip: !browser && 'no Chromium on the PATH (Debian: apt-get install chromium)', timeout: 120_000 },
  async (t) => {
    const file = path.join(temporaryFolder(), 'report.html');
    fs.writeFileSync(file, reportPage(await content()));
    const chrome = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--disable-gpu'] });
    t.after(() => chrome.close());
    const page = await (await chrome.newContext({ offline: true, viewport: { width: 1300, height: 900 } })).newPage();
    const [requests, errors]: [string[], string[]] = [[], []];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`file://${file}`);
    await page.waitForSelector('html[data-ready=true]');

    await t.test('opens with the mistakes', async () => {
      assert.deepEqual(await visible(page), [0.8, 0.4]);
      assert.equal(await page.locator('#mistakes').getAttribute('aria-pressed'), 'true');
      await page.locator('#all').click();
    });

    await t.test('lists all images from the highest score to the lowest, with their names as they are', async () => {
      const cards = await page.locator('#list li').allInnerTexts();
      assert.deepEqual(
        cards.map((text) => Number(/\d\.\d+/.exec(text)?.[0])),
        SCORES,
      );
      const name = (await page.locator('#list li .name').first().textContent()) ?? '';
      assert.equal(name, HOSTILE);
      const own = page.locator('#list li .name').nth(1);
      assert.equal(await own.textContent(), `scans of mine/${HOSTILE}.png`, 'as the user named it');
      assert.match((await own.getAttribute('title')) ?? '', /\(a\/1\.png\)$/);
      assert.equal(await page.locator('h1').textContent(), `title ${HOSTILE}`);
      assert.equal(await page.evaluate('window.hacked'), undefined);
    });

    await t.test('the slider moves the confusion matrix, the rates and the marks of images', async () => {
      assert.deepEqual(await matrix(page), [2, 1, 1, 2]); // at 0.6
      const slider = page.locator('#slider');
      await slider.focus();
      await page.keyboard.press('Home');
      assert.deepEqual(await matrix(page), [3, 0, 3, 0]); // all are called abnormal
      await page.keyboard.press('ArrowRight'); // at 0.4, which two images share
      assert.deepEqual(await matrix(page), [3, 0, 2, 1]);
      assert.equal(await page.locator('#rate-specificity').innerText(), '0.333');
      assert.equal(await page.locator('#rate-F1').innerText(), '0.750');
      await page.keyboard.press('End');
      assert.deepEqual(await matrix(page), [0, 3, 0, 3]);
      assert.equal(await page.locator('#rate-precision').innerText(), 'undefined');
      assert.deepEqual(await outcomes(page), ['fn', 'tn', 'fn', 'fn', 'tn', 'tn']);
      const box = await slider.boundingBox();
      assert.ok(box && box.width > 300);
      await page.mouse.move(box.x + box.width - 9, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 4 }); // live: before it is let go
      assert.deepEqual(await matrix(page), [1, 2, 1, 2]); // at 0.8
      await page.mouse.up();
    });

    await t.test('a threshold can be set by a number or by a rule', async () => {
      await page.locator('#exact').fill('0.41');
      assert.deepEqual(await matrix(page), [2, 1, 1, 2]);
      await page.locator('#suggestion-2').click(); // 95 % found
      assert.deepEqual(await matrix(page), [3, 0, 2, 1]);
      assert.equal(await page.locator('#suggestion-2').getAttribute('aria-pressed'), 'true');
      assert.equal(await page.locator('#exact').inputValue(), '0.4');
    });

    await t.test('text that is not a number is reported, and the threshold stays', async () => {
      const [field, wrong] = [page.locator('#exact'), page.locator('#wrong')];
      await field.fill('0.6');
      const before = await matrix(page);
      for (const [written, says] of [
        ['abc', '\u201cabc\u201d is not a number; the threshold is still 0.6.'],
        ['0,5', '\u201c0,5\u201d is not a number; write 0.5; the threshold is still 0.6.'],
        ['0.5x', /\u201c0\.5x\u201d is not a number/],
        ['Infinity', /is not a number/],
        [HOSTILE, /is not a number/],
        ['', 'No number: the threshold is still 0.6.'],
      ] as const) {
        await field.fill(written);
        const said = await wrong.innerText();
        if (typeof says === 'string') assert.equal(said, says);
        else assert.match(said, says);
        assert.equal(await field.getAttribute('aria-invalid'), 'true');
        assert.deepEqual(await matrix(page), before);
      }
      await field.blur();
      assert.equal(await field.inputValue(), '0.6');
      assert.equal(await wrong.isVisible(), true, 'it can still be read');
      await field.fill('0.4');
      assert.equal(await wrong.isVisible(), false);
      assert.equal(await field.getAttribute('aria-invalid'), null);
    });

    await t.test('filters show the images of one or more outcomes, and follow the threshold', async () => {
      await page.locator('#fp').click();
      assert.deepEqual(await visible(page), [0.8, 0.4]);
      await page.locator('#exact').fill('0.6');
      assert.deepEqual(await visible(page), [0.8]);
      await page.locator('#fn').click();
      assert.deepEqual(await visible(page), [0.8, 0.4]);
      assert.match(await page.locator('#count').innerText(), /^2 of 6 images/);
      await page.locator('#fp').click();
      assert.deepEqual(await outcomes(page, ':not([hidden])'), ['fn']);
      await page.locator('#all').click();
      assert.equal((await visible(page)).length, 6);
    });

    await t.test('a click shows image, map and mask; buttons and keys move to the next image', async () => {
      await page.locator('#list button').nth(2).click();
      assert.deepEqual(await levels(page), [20, 20, 120, 255]);
      assert.match(
        await page.locator('#detail-score').innerText(),
        /score 0\.6, rank 3 of 6; true label abnormal: found at the threshold 0\.6/,
      );
      await page.locator('#next').click();
      assert.deepEqual(await levels(page), [30, 30, 130]);
      assert.match(await page.locator('#panels').innerText(), /the true extent is not known/);
      await page.keyboard.press('ArrowRight');
      assert.match(await page.locator('#panels').innerText(), /nothing to mark/);
      await page.locator('#next').click();
      assert.deepEqual(await levels(page), []);
      assert.match(await page.locator('#panels').innerText(), /no picture in this page/);
      for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowLeft');
      assert.equal(await page.locator('#detail-name').textContent(), HOSTILE);
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('#detail').isVisible(), false);
    });

    await t.test('maps can replace the images in the list', async () => {
      await page.locator('#maps').click();
      const source = await page.locator('#list img').first().getAttribute('src');
      assert.equal(source, (await content()).items[0].map);
      assert.equal(await page.locator('#key .ends').isVisible(), true, 'with their colour bar');
    });

    await t.test('a search finds names and tags; the order can be changed', async () => {
      await page.locator('#search').fill('IMAGE a/2.');
      assert.deepEqual(await visible(page), [0.6]);
      await page.locator('#search').fill('');
      await page.locator('#order').selectOption('rising');
      assert.deepEqual(await visible(page), [...SCORES].reverse());
      await page.locator('#order').selectOption('score');
    });

    await t.test('the ROC curve follows the threshold', async () => {
      await page.locator('#exact').fill('0.6');
      assert.equal(await page.locator('#roc-point').innerText(), 'sensitivity 0.667, false alarms 0.333');
    });

    await t.test('an address opens its image; tags stay after a reload and are saved as CSV', async () => {
      await page.locator('#list button').nth(2).click();
      assert.equal(await page.evaluate('location.hash'), '#a%2F2.png');
      await page.locator('#tag').fill('=1+1, "odd"');
      await page.keyboard.press('Escape');
      await page.locator('#list button').first().click();
      await page.locator('#tag').fill('look again');
      await page.reload();
      await page.waitForSelector('html[data-ready=true]');
      assert.equal(await page.locator('#detail-name').textContent(), HOSTILE, 'the address still names the image');
      assert.equal(await page.locator('#tag').inputValue(), 'look again');
      await page.keyboard.press('Escape');
      await page.locator('#all').click();
      assert.equal(await page.locator('#list .tag').nth(2).innerText(), '=1+1, "odd"');
      await page.locator('#search').fill('odd');
      assert.deepEqual(await visible(page), [0.6]);
      await page.locator('#all').click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#tags-csv').click()]);
      const csv = fs.readFileSync(await download.path(), 'utf8');
      assert.match(csv, /^filename,source,label,score,outcome,tag\n/);
      assert.ok(csv.endsWith('a/2.png,,1,0.6,found,"\'=1+1, ""odd"""\n'), csv);
    });

    await t.test('the contour of the mask lies over the map, whose opacity can be changed', async () => {
      await page.locator('#list button').nth(2).click();
      await page.waitForSelector('#panels canvas[data-drawn=true]');
      await page.locator('#opacity').fill('0.25');
      assert.match((await page.locator('#panels img.over').getAttribute('style')) ?? '', /opacity: 0\.25/);
      const inked = `(() => { const c = document.querySelector('#panels canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        return [d[3] > 0, d[4 * ((c.height / 2) * c.width + c.width / 2) + 3] > 0]; })()`;
      assert.deepEqual(await page.evaluate(inked), [true, false], 'at the edge and in the middle of a mask that is everywhere');
      await page.locator('#show-truth').uncheck();
      assert.equal(await page.locator('#panels canvas').count(), 0);
      await page.keyboard.press('Escape');
    });

    assert.equal(await page.evaluate('window.hacked'), undefined);
    assert.deepEqual(
      requests.filter((url) => !/^(file|data):/.test(url)),
      [],
    );
    assert.deepEqual(errors, []);
  },
);

test(
  'in a browser: kinds filter, volumes are paged by slice, two runs are compared, and a calibrated threshold is strict',
  { skip: !browser && 'no Chromium on the PATH (Debian: apt-get install chromium)', timeout: 120_000 },
  async (t) => {
    const plain = await content();
    const others = [0.1, 0.9, 0.8, 0.7, 0.2, 0.3];
    const items = plain.items.map((item, i) => ({
      ...item,
      ...(item.label === 1 ? { kinds: [i === 0 ? HOSTILE : 'crack'] } : {}),
      ...(i < 3 ? { volume: 'scan.nii', slice: 9 - i } : {}),
      percentile: 0.5,
      other: { score: others[i], map: null },
    }));
    const suggestions = [{ name: 'calibrated', reason: 'set apart', value: 0.6, strictly: true as const }];
    const html = reportPage({
      ...plain,
      items,
      suggestions,
      threshold: suggestions[0],
      calibration: { images: 40, pixels: true },
      other: { name: HOSTILE, threshold: 0.65, strictly: false },
    });
    const file = path.join(temporaryFolder(), 'report.html');
    fs.writeFileSync(file, html);
    const chrome = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--disable-gpu'] });
    t.after(() => chrome.close());
    const page = await (await chrome.newContext({ offline: true, viewport: { width: 1300, height: 900 } })).newPage();
    await page.goto(`file://${file}`);
    await page.waitForSelector('html[data-ready=true]');
    assert.deepEqual(await matrix(page), [1, 2, 1, 2], 'an image at the threshold is not reported');
    await page.locator('#all').click();

    const rows = await page.locator('#kinds tr').allTextContents();
    assert.deepEqual(rows, [`${HOSTILE}1101.000`, 'crack2020.000'].sort());
    await page.getByRole('button', { name: 'crack', exact: true }).click();
    assert.deepEqual(await visible(page), [0.6, 0.4]);
    await page.locator('#all').click();

    // this run is right about 0, 4 and 5, the other about 2, 3, 4 and 5
    const pairs = await Promise.all(['own', 'other', 'both', 'none'].map((pair) => page.locator(`#pair-${pair} b`).innerText()));
    assert.deepEqual(pairs, ['2', '1', '1', '2']);
    await page.locator('#pair-both').click();
    assert.deepEqual(await visible(page), [0.8]);
    await page.locator('#all').click();
    await page.locator('#order').selectOption('differs');
    assert.equal((await visible(page))[0], 0.9);

    await page.locator('#list li button').first().click();
    assert.match((await page.locator('#detail-score').textContent()) ?? '', /above 50 % of 40 normal images; [^]*: score 0\.1, wrong$/);
    assert.equal(await page.locator('#slice-words').innerText(), 'slice 9 (3 of 3 in the test set)');
    await page.locator('#slice').fill('0');
    assert.equal(await page.locator('#detail-name').innerText(), 'image 2');
    assert.equal(await page.evaluate('window.hacked'), undefined);
  },
);

async function matrix(page: Page): Promise<number[]> {
  return Promise.all(['tp', 'fn', 'fp', 'tn'].map(async (id) => Number(await page.locator(`#${id} b`).innerText())));
}

function outcomes(page: Page, which = ''): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('#list li${which}')].map((card) => card.dataset.outcome)`);
}

async function visible(page: Page): Promise<number[]> {
  return (await page.locator('#list li:not([hidden])').allInnerTexts()).map((text) => Number(/\d\.\d+/.exec(text)?.[0]));
}

/** Grey levels of the pictures in the detail view. */
function levels(page: Page): Promise<number[]> {
  return page.evaluate(`Promise.all([...document.querySelectorAll('#panels img')].map(async (image) => {
    await image.decode();
    const context = document.createElement('canvas').getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(1, 1, 1, 1).data[0];
  }))`);
}
