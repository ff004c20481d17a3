import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { imageSlider } from '../../src/plots/image-slider';

interface Step {
  label: string;
  args: [{ source: string[] }, Record<string, unknown>, number[]];
}
interface Layout {
  width: number;
  height: number;
  sliders: { active: number; visible: boolean; steps: Step[] }[];
  updatemenus: { buttons: Step[] }[];
  annotations: { text: string }[];
}

const grey = (level: number) => ({ width: 16, height: 16, channels: 1 as const, data: new Uint8Array(256).fill(level) });
const series = [0, 1, 2].map((s) => ({
  name: `task: series ${s}`,
  valueName: `series ${s}`,
  start: s === 2 ? 0 : 1,
  frames: [10, 60, 110].map((level) => ({
    label: String(level),
    caption: `level ${level + s}`,
    images: [grey(level + s), grey(200)],
  })),
}));
const draw = () => imageSlider(grey(0), ['first', 'second', 'third'], series, 'an explorer');

test('every step carries its images and its caption', async () => {
  const { plotly, still } = await draw();
  const layout = plotly.layout as unknown as Layout;
  assert.deepEqual([layout.width, layout.height], [still.width, still.height]);
  assert.equal(plotly.data.length, 3);
  for (const [s, slider] of layout.sliders.entries()) {
    for (const [f, { label, args }] of slider.steps.entries()) {
      const [{ source }, relayout, traces] = args;
      assert.equal(label, series[s].frames[f].label);
      assert.deepEqual(traces, [1, 2]);
      assert.deepEqual(relayout, { 'annotations[3].text': series[s].frames[f].caption });
      const { data } = await sharp(Buffer.from(source[0].split(',')[1], 'base64'))
        .raw()
        .toBuffer({ resolveWithObject: true });
      assert.ok(Math.abs(data[0] - Number(label) - s) <= 2, `level ${data[0]} in the step ${label} of series ${s}`);
    }
  }
  assert.equal(layout.annotations[3].text, series[0].frames[1].caption);
});

test('the list shows one slider at a time, at its start', async () => {
  const layout = (await draw()).plotly.layout as unknown as Layout;
  assert.deepEqual(
    layout.sliders.map(({ visible }) => visible),
    [true, false, false],
  );
  layout.updatemenus[0].buttons.forEach(({ args: [{ source }, relayout] }, s) => {
    assert.deepEqual(
      [0, 1, 2].map((k) => relayout[`sliders[${k}].visible`]),
      [0, 1, 2].map((k) => k === s),
    );
    assert.equal(relayout[`sliders[${s}].active`], series[s].start);
    assert.deepEqual(source, layout.sliders[s].steps[series[s].start].args[0].source);
  });
});

test('the same input gives the same bytes', async () => {
  const [a, b] = [await draw(), await draw()];
  assert.equal(JSON.stringify(a.plotly), JSON.stringify(b.plotly));
  assert.ok(a.still.png.equals(b.still.png));
  const { width, height } = await sharp(a.still.png).metadata();
  assert.deepEqual([width, height], [a.still.width, a.still.height]);
});
