import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { toPng, toSvg } from '../../src/plots/chart';
import { drawing, textLine } from '../../src/plots/drawing';
import { exportFigure, exportPage } from '../../src/plots/export';
import { looksTheSame } from '../../src/plots/same-figure';
import { rocChart } from '../../src/plots/score-curves';
import { smallPng } from '../../src/plots/screen-copy';
import { temporaryFolder } from '../helpers/tiny-clip';

const line = (y: number): string => `<path d="M10 ${y}L290 ${y}" stroke="#000" stroke-width="2"/>`;
const picture = async (text: string, y = 80): Promise<Buffer> =>
  (await drawing(300, 100, [textLine(150, 30, text, { size: 12 }), line(y)], 'a line')).png;
const same = async (a: Buffer, b: Buffer): Promise<boolean> => looksTheSame('png', a, b);

test('a PNG looks the same with other bytes, another palette and a line that moved by what nobody sees', async () => {
  const figure = await picture('AUROC .953');
  assert.ok(await same(figure, await sharp(figure).png({ compressionLevel: 1 }).toBuffer()));
  assert.ok(await same(figure, await smallPng(figure)));
  assert.ok(await same(figure, await picture('AUROC .953', 80.1)));
});

test('a PNG looks different with other words, a line elsewhere, another size, and where one is no picture', async () => {
  const figure = await picture('AUROC .953');
  for (const text of ['AUROC .888', 'AUROC .95', 'AUC .953', 'AUROC 0.953']) assert.ok(!(await same(figure, await picture(text))), text);
  assert.ok(!(await same(figure, await picture('AUROC .953', 81))));
  const large = await sharp(figure).extend({ bottom: 2000, background: '#ffffff' }).png().toBuffer();
  const rounded = await sharp(await picture('AUROC .954'))
    .extend({ bottom: 2000, background: '#ffffff' })
    .png()
    .toBuffer();
  const anew = await sharp(await picture('Another title'))
    .extend({ bottom: 2000, background: '#ffffff' })
    .png()
    .toBuffer();
  assert.ok(await same(large, rounded), 'one digit below a large picture');
  assert.ok(!(await same(large, anew)));
  assert.ok(!(await same(figure, await sharp(figure).extend({ bottom: 1 }).png().toBuffer())));
  assert.ok(!(await same(Buffer.from('no picture'), figure)));
  assert.ok(!(await same(figure.subarray(0, 300), figure)));
});

test('an SVG looks the same with coordinates a little apart, not with another text', async () => {
  const svg = (await toSvg(rocChart([1, 2, 3, 4], [0, 1, 0, 1]))) + '\n';
  const looks = (changed: string): Promise<boolean> => {
    assert.notEqual(changed, svg);
    return looksTheSame('svg', Buffer.from(svg), Buffer.from(changed));
  };
  const move = (by: number): string => svg.replace(/ d="M(-?[\d.]+)/, (_, x: string) => ` d="M${Number(x) + by}`);
  assert.ok(await looks(move(0.2)));
  assert.ok(!(await looks(move(0.3))));
  assert.ok(!(await looks(svg.replace(/0\.2</, '0.3<'))));
  assert.ok(!(await looks(svg.replace(/aria-label="/, 'aria-label="1'))));
  const labelled = (label: string, text: string): Buffer =>
    Buffer.from(`<svg aria-label="median ${label}"><text x="1.5">${text}</text></svg>`);
  const roundings = (label: string, text: string): Promise<boolean> =>
    looksTheSame('svg', labelled('0.5572', '0.953'), labelled(label, text));
  assert.ok(await roundings('0.5571', '0.954'));
  assert.ok(!(await roundings('0.5571', '0.955')));
  assert.ok(!(await roundings('0.5592', '0.953')));
  assert.ok(!(await looksTheSame('svg', labelled('0.1', '7 images'), labelled('0.1', '8 images'))));
  assert.ok(!(await looks(svg.replace('#000000', '#000001'))));
  assert.ok(!(await looks(svg + '<!-- more -->')));
});

test('pictures within a page or a drawing are compared as pictures', async () => {
  const [figure, other] = [await picture('AUROC .953'), await picture('Other')];
  const page = (png: Buffer, text = 'x'): Buffer =>
    Buffer.from(`<p>${text}</p><img src="data:image/png;base64,${png.toString('base64')}">`);
  const packed = await sharp(figure).png({ compressionLevel: 1 }).toBuffer();
  for (const extension of ['html', 'svg']) {
    assert.ok(await looksTheSame(extension, page(figure), page(packed)));
    assert.ok(!(await looksTheSame(extension, page(figure), page(other))));
    assert.ok(!(await looksTheSame(extension, page(figure), page(packed, 'y'))));
  }
});

test('a figure that looks the same keeps its files; one of them that does not renews all', async () => {
  const dir = temporaryFolder();
  const roc = rocChart([1, 2, 3], [0, 1, 1]);
  const [svgFile, pngFile] = await exportFigure('roc', roc, dir);
  const packed = await sharp((await toPng(roc)).png)
    .png({ compressionLevel: 1 })
    .toBuffer();
  fs.writeFileSync(pngFile, packed);
  await exportFigure('roc', roc, dir);
  assert.deepEqual(fs.readFileSync(pngFile), packed);
  fs.appendFileSync(svgFile, '<!-- touched -->');
  assert.deepEqual(await exportFigure('roc', roc, dir), [svgFile, pngFile]);
  assert.notDeepEqual(fs.readFileSync(pngFile), packed);
  assert.doesNotMatch(fs.readFileSync(svgFile, 'utf8'), /touched/);
  const page = await exportPage('page', 'Title', [], dir);
  const before = fs.statSync(page).ino;
  await exportPage('page', 'Title', [], dir);
  assert.equal(fs.statSync(page).ino, before);
  await exportPage('page', 'Other title', [], dir);
  assert.match(fs.readFileSync(path.join(dir, 'page.html'), 'utf8'), /Other title/);
});
