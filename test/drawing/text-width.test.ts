import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharpWithFonts } from '../../src/drawing/fonts';
import { FONT } from '../../src/drawing/style';
import { textWidth } from '../../src/drawing/text-width';

for (const [text, weight] of [
  ['SmoothIntensity + GaussIntensityChange', 400],
  ['mean of the highest 0.4 %', 400],
  ['HAMBURG & wimmelnd (illi) 1234', 400],
  ['phantom-breast', 600],
] as const) {
  test(`the width of "${text}" is that of the picture, within 3 %`, async () => {
    const sharp = await sharpWithFonts();
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="80" font-family="${FONT}"><rect width="1200" height="80" fill="#fff"/><text x="20" y="50" font-size="32" font-weight="${weight}">${text.replace('&', '&amp;')}</text></svg>`;
    const { info } = await sharp(Buffer.from(svg)).trim().toBuffer({ resolveWithObject: true });
    const width = textWidth(text, 32, weight >= 600);
    assert.ok(Math.abs(width - info.width) < 0.03 * info.width + 3, `${width} for ${info.width}`);
  });
}
