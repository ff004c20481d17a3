import { median } from '../common/averages';
import { chart, toPng } from './chart';
import type { Chart, Interactive } from './picture';
import { interactive } from './plotly';
import { COLOURS, formatNumber } from '../drawing/style';
import { taskStyle, type TaskStyle } from './task-style';

/** What was measured of one synthetic image. */
export interface MeasuredSynthesis {
  task: string;
  /** Number of the image within its task. */
  draw: number;
  /** Shapes on the image. */
  anomalies: number;
  /** Share of the image within the mask. */
  area: number;
  /** Mean change within the mask, grey levels. */
  change: number;
}

/** Histograms of area and of mean change, one row per task, all rows on the same axes. */
export function synthesisHistograms(draws: readonly MeasuredSynthesis[]): Chart {
  const tasks = [...new Set(draws.map((draw) => draw.task))];
  const columns = [
    { title: 'area of the mask (% of the image)', step: 2, value: (draw: MeasuredSynthesis) => 100 * draw.area },
    { title: 'mean change within the mask (grey levels)', step: 10, value: (draw: MeasuredSynthesis) => draw.change },
  ];
  const concat = tasks.flatMap((task, row) =>
    columns.map(({ title, step, value }, column) => {
      const bins = (of: readonly MeasuredSynthesis[]): number[] => of.map((draw) => Math.floor(value(draw) / step));
      const all = bins(draws);
      const own = bins(draws.filter((draw) => draw.task === task));
      const counts = [...new Set(own)].sort((a, b) => a - b).map((bin) => ({ bin, count: own.filter((b) => b === bin).length }));
      const last = row === tasks.length - 1;
      const domain = [Math.min(...all, 0) * step, (Math.max(...all) + 1) * step];
      return {
        title: { text: column === 0 ? taskStyle(task).name : ' ', fontSize: 11, offset: 2 },
        width: 340,
        height: 56,
        data: { values: counts.map(({ bin, count }) => ({ from: bin * step, to: (bin + 1) * step, count })) },
        mark: { type: 'rect', color: COLOURS.abnormal, opacity: 0.8, stroke: COLOURS.background, strokeWidth: 0.5 },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            title: last ? title : null,
            scale: { domain, nice: false },
            axis: { labels: last, tickCount: 8 },
          },
          x2: { field: 'to' },
          y: { field: 'count', type: 'quantitative', title: column === 0 ? 'draws' : null, axis: { tickCount: 3 } },
          y2: { datum: 0 },
        },
      };
    }),
  );
  const texts = tasks.map((task) => {
    const areas = draws.filter((draw) => draw.task === task).map((draw) => draw.area);
    return `${taskStyle(task).name} ${formatNumber(100 * median(areas), 1)} %`;
  });
  const alt = `Histograms of the mask's area and of the mean change within it, one row per task. Median areas: ${texts.join(', ')}.`;
  return chart({ concat, columns: columns.length, align: 'each', spacing: { row: 4, column: 24 } }, alt);
}

/**
 * A scatter plot to explore: area against mean change, one colour and one symbol per task. The
 * pointer names the image.
 */
export async function synthesisCloud(draws: readonly MeasuredSynthesis[]): Promise<Interactive> {
  const tasks = [...new Set(draws.map((draw) => draw.task))];
  const [xTitle, yTitle] = ['area of the mask (% of the image)', 'mean change within the mask (grey levels)'];
  const names = tasks.map((task) => taskStyle(task).name);
  const of = (choose: (style: TaskStyle) => string): string[] => tasks.map((task) => choose(taskStyle(task)));
  const values = draws.map(({ task, area, change }) => ({ task: taskStyle(task).name, area: 100 * area, change }));
  const still = await toPng(
    chart(
      {
        data: { values },
        width: 560,
        height: 360,
        mark: { type: 'point', filled: true, size: 26, opacity: 0.75 },
        encoding: {
          x: { field: 'area', type: 'quantitative', title: xTitle },
          y: { field: 'change', type: 'quantitative', title: yTitle },
          color: { field: 'task', type: 'nominal', title: null, scale: { domain: names, range: of((s) => s.colour) } },
          shape: { field: 'task', type: 'nominal', title: null, scale: { domain: names, range: of((s) => s.symbol) } },
        },
      },
      `${draws.length} draws as points: the mask's area against the mean change within it, by task (${names.join(', ')}).`,
    ),
  );
  const traces = tasks.map((task) => {
    const { name, colour, plotlySymbol } = taskStyle(task);
    const own = draws.filter((draw) => draw.task === task);
    return {
      type: 'scatter',
      mode: 'markers',
      name,
      x: own.map((draw) => Number((100 * draw.area).toFixed(2))),
      y: own.map((draw) => Number(draw.change.toFixed(1))),
      customdata: own.map((draw) => [draw.draw, draw.anomalies]),
      marker: { color: colour, symbol: plotlySymbol, size: 7, opacity: 0.75 },
      hovertemplate: `<b>${name}</b>, draw %{customdata[0]}<br>area %{x} %<br>change %{y} levels<br>shapes %{customdata[1]}<extra></extra>`,
    };
  });
  const layout = {
    margin: { l: 60, r: 20, t: 20, b: 50 },
    xaxis: { title: { text: xTitle }, rangemode: 'tozero' },
    yaxis: { title: { text: yTitle } },
    legend: { x: 1.02, y: 1 },
    hovermode: 'closest',
  };
  return interactive({ data: traces, layout }, still, ['xaxis', 'yaxis']);
}

/** The same measure of synthetic images by two implementations. */
export interface DistributionPair {
  task: string;
  measure: string;
  ours: readonly number[];
  published: readonly number[];
}

/**
 * Two distribution functions per panel, one column per task and one row per measure: they agree
 * where the lines lie over each other.
 */
export function distributionChart(pairs: readonly DistributionPair[]): Chart {
  const measures = [...new Set(pairs.map(({ measure }) => measure))];
  const tasks = [...new Set(pairs.map(({ task }) => task))];
  const panel = (measure: string, r: number, task: string): object => {
    const pair = pairs.find((a) => a.task === task && a.measure === measure);
    const samples = [pair?.ours ?? [], pair?.published ?? []];
    return {
      ...(r === 0 ? { title: { text: taskStyle(task).name, fontSize: 11, anchor: 'middle', offset: 6 } } : {}),
      width: 108,
      height: 100,
      layer: SOURCES.map(({ name, ...mark }, k) => ({
        data: { values: steps(samples[k]).map(([value, share]) => ({ value, share })) },
        mark: { type: 'line', interpolate: 'step-after', ...mark },
        encoding: {
          x: { field: 'value', type: 'quantitative', title: measure.split(/ (?=\()/), axis: { tickCount: 4 } },
          y: { field: 'share', type: 'quantitative', title: null, axis: { tickCount: 3 } },
          color: { datum: name, scale: SOURCE_COLOURS, legend: null },
        },
      })),
    };
  };
  const alt = `Cumulative distributions of ${measures.join(' and ')} for ${tasks.length} tasks, this project and the published code in each panel.`;
  const concat = measures.flatMap((measure, r) => tasks.map((task) => panel(measure, r, task)));
  const title = { text: 'Share of draws at or below a value', subtitle: 'wide and blue: this project; dashed and black: published code' };
  return chart({ title, concat, columns: tasks.length, align: 'each', spacing: { row: 12, column: 8 } }, alt);
}

/** A wide light line below a thin dashed one, so that both are seen where they agree. */
const SOURCES = [
  { name: 'this project', strokeWidth: 4.5, strokeDash: [1, 0] },
  { name: 'published code', strokeWidth: 1.3, strokeDash: [4, 3] },
];
const SOURCE_COLOURS = { domain: SOURCES.map(({ name }) => name), range: [COLOURS.pixelAuroc, COLOURS.curve] };

/** Points of an empirical distribution function, at most about 60 of them. */
function steps(sample: readonly number[]): [number, number][] {
  const sorted = [...sample].sort((a, b) => a - b);
  const every = Math.max(1, Math.floor(sorted.length / 60));
  const points = sorted.map((value, i): [number, number] => [value, (i + 1) / sorted.length]);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}
