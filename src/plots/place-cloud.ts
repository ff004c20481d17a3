import { chart, toPng } from './chart';
import type { Interactive } from './picture';
import { interactive, plotlyText } from './plotly';
import { COLOURS } from '../drawing/style';

/**
 * An abnormal image and its places by two runs. A place is the share of normal images of its test
 * set that score lower, in [0, 1].
 */
export interface PlacedImage {
  testedOn: string;
  /** The data set that the other run was trained on. */
  trainedOn: string;
  /** Its place by the run that was trained on the data set of this test set. */
  home: number;
  /** Its place by the other run. */
  away: number;
  /** Name that the pointer shows. */
  name: string;
}

const [WIDTH, GAP, SYMBOLS] = [205, 46, ['circle', 'diamond', 'square', 'cross', 'triangle-up']];
/** The heading is a mark, because the legend would push a title of the first panel upwards. */
const HEADING = { x: 0, y: -10, align: 'left', fontWeight: 600, fontSize: 12, color: COLOURS.text };
const TITLES = ['place by the run from home (%)', 'place by the run from elsewhere (%)'];

/**
 * One panel per test set, one point per image and run. On the diagonal both runs agree; below it
 * only the run trained on this data set (home) places the image high. The pointer names the image.
 */
export async function placeCloud(images: readonly PlacedImage[]): Promise<Interactive> {
  const sets = [...new Set(images.map(({ testedOn }) => testedOn))];
  const trained = new Set(images.map(({ trainedOn }) => trainedOn));
  const runs = [...new Set([...sets.filter((set) => trained.has(set)), ...trained])];
  const alt = `${images.length} points in ${sets.length} panels (${sets.join(', ')}): the place of each abnormal image among the normal ones by the run from home, and by runs from elsewhere.`;
  const still = await toPng(
    chart({ concat: sets.map((set, i) => panelOf(set, i, images, runs)), columns: sets.length, spacing: GAP, bounds: 'flush' }, alt),
  );
  const share = WIDTH / (sets.length * (WIDTH + GAP) - GAP);
  const axis = (i: number, letter: string): string => `${letter}${i === 0 ? '' : i + 1}`;
  const layout: Record<string, unknown> = {
    margin: { l: 58, r: 16, t: 40, b: 90 },
    hovermode: 'closest',
    legend: { orientation: 'h', y: -0.24 },
  };
  const range = [-4, 104];
  sets.forEach((_, i) => {
    const from = (i * (WIDTH + GAP)) / (sets.length * (WIDTH + GAP) - GAP);
    layout[axis(i, 'xaxis')] = { title: { text: TITLES[0] }, domain: [from, from + share], anchor: axis(i, 'y'), range };
    layout[axis(i, 'yaxis')] = { title: { text: i === 0 ? TITLES[1] : '' }, anchor: axis(i, 'x'), range };
  });
  layout.shapes = sets.map((_, i) => ({
    ...{ type: 'line', layer: 'below', x0: 0, x1: 100, y0: 0, y1: 100, xref: axis(i, 'x'), yref: axis(i, 'y') },
    line: { color: COLOURS.chance, dash: 'dot', width: 1 },
  }));
  layout.annotations = sets.map((set, i) => ({
    ...{ text: `<b>${plotlyText(set)}</b>`, showarrow: false, x: 0, y: 1, xanchor: 'left', yanchor: 'bottom' },
    ...{ xref: `${axis(i, 'x')} domain`, yref: `${axis(i, 'y')} domain` },
  }));
  const traces = runs.flatMap((run, r) =>
    sets.flatMap((set, i) => {
      const own = images.filter(({ testedOn, trainedOn }) => testedOn === set && trainedOn === run);
      const first = sets.findIndex((name) => images.some(({ testedOn, trainedOn }) => testedOn === name && trainedOn === run));
      const by = plotlyText(`trained on ${run}`);
      return own.length === 0
        ? []
        : [
            {
              ...{ type: 'scatter', mode: 'markers', name: by, legendgroup: by, showlegend: i === first },
              ...{ x: own.map(({ home }) => percent(home)), y: own.map(({ away }) => percent(away)) },
              ...{ xaxis: axis(i, 'x'), yaxis: axis(i, 'y'), text: own.map(({ name }) => plotlyText(name)) },
              marker: { color: COLOURS.abnormal, symbol: SYMBOLS[r % SYMBOLS.length], size: 8, opacity: 0.6 },
              hovertemplate: `<b>%{text}</b>, ${by}<br>over %{x} % of normals by home<br>over %{y} % of normals by this run<extra></extra>`,
            },
          ];
    }),
  );
  return interactive(
    { data: traces, layout },
    still,
    sets.flatMap((_, i) => [axis(i, 'xaxis'), axis(i, 'yaxis')]),
  );
}

function panelOf(set: string, i: number, images: readonly PlacedImage[], runs: readonly string[]): object {
  const own = images.filter(({ testedOn }) => testedOn === set);
  const values = own.map(({ home, away, trainedOn }) => ({ home: 100 * home, away: 100 * away, trainedOn }));
  const scale = { domain: [0, 100] };
  const x = { field: 'home', type: 'quantitative', title: TITLES[0], scale };
  const y = { field: 'away', type: 'quantitative', title: i === 0 ? TITLES[1] : ' ', scale };
  const shape = { domain: runs, range: runs.map((_, r) => SYMBOLS[r % SYMBOLS.length]) };
  const diagonal = [0, 100].map((at) => ({ home: at, away: at }));
  return {
    width: WIDTH,
    height: WIDTH,
    layer: [
      { data: { values: [{ set }] }, mark: { ...HEADING, type: 'text' }, encoding: { text: { field: 'set' } } },
      { data: { values: diagonal }, mark: { type: 'line', strokeDash: [2, 3], strokeWidth: 1, color: COLOURS.chance }, encoding: { x, y } },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 40, opacity: 0.6, color: COLOURS.abnormal },
        encoding: { x, y, shape: { field: 'trainedOn', type: 'nominal', title: 'trained on', scale: shape, legend: { orient: 'bottom' } } },
      },
    ],
  };
}

function percent(share: number): number {
  return Number((100 * share).toFixed(1));
}
