import { LOSS_NAMES, LOSSES } from '../methods/mediclip/losses';
import { chart } from './chart';
import type { Chart } from './picture';
import { formatNumber, seriesColour } from '../drawing/style';

/**
 * An epoch: mean losses by their names, and metrics where they were measured. A row of
 * `history.csv` is one.
 */
export interface HistoryPoint {
  epoch: number;
  total: number;
  imageAuroc?: number | null;
  pixelAuroc?: number | null;
  [loss: string]: number | null | undefined;
}

const PARTS = ['total', ...LOSS_NAMES];
const MEASURED = ['imageAuroc', 'pixelAuroc'] as const;

const NAMES: Record<string, string> = {
  total: 'total',
  ...Object.fromEntries(LOSS_NAMES.map((name) => [name, LOSSES[name].title])),
  imageAuroc: 'image AUROC',
  pixelAuroc: 'pixel AUROC',
};

/**
 * The losses over the epochs, those that some row has, and beside them the metrics of the epochs in
 * which some were measured. Columns that are no loss of this version are not shown.
 */
export function historyChart(rows: readonly HistoryPoint[], options: { title?: string } = {}): Chart {
  const known = PARTS.filter((key) => rows.length === 0 || rows.some((row) => row[key] !== undefined && row[key] !== null));
  const panels = [panel(rows, known, 'loss', true)];
  const measured = MEASURED.filter((key) => rows.some((row) => isNumber(row[key])));
  if (measured.length > 0) panels.push(panel(rows, measured, 'AUROC', false));
  const spec = { ...(options.title ? { title: options.title } : {}), hconcat: panels, spacing: 36 };
  return chart({ ...spec, resolve: { scale: { color: 'independent' } } }, describe(rows, measured));
}

function panel(rows: readonly HistoryPoint[], keys: readonly string[], axis: string, zero: boolean): object {
  const values = keys.flatMap((key) =>
    rows.filter((row) => isNumber(row[key])).map((row) => ({ epoch: row.epoch, value: row[key], series: NAMES[key] })),
  );
  const epochs = new Set(values.map((value) => value.epoch)).size;
  return {
    width: 320,
    height: 220,
    data: { values },
    mark: { type: 'line', strokeWidth: 2, point: epochs <= 40 ? { size: 22, filled: true } : false },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative',
        title: 'epoch',
        axis: { tickMinStep: 1, format: 'd', grid: false },
        scale: epochs > 0 ? { zero: false } : { domain: [0, 10] },
      },
      y: { field: 'value', type: 'quantitative', title: axis, scale: zero && epochs > 0 ? { zero } : { domain: unitRange(values) } },
      color: {
        field: 'series',
        type: 'nominal',
        title: null,
        scale: { domain: keys.map((key) => NAMES[key]), range: keys.map(seriesColour) },
        legend: { orient: 'top', direction: 'horizontal', symbolType: 'stroke' },
      },
      tooltip: [
        { field: 'series', title: 'series' },
        { field: 'epoch', title: 'epoch' },
        { field: 'value', title: axis, format: '.4f' },
      ],
    },
  };
}

/** Of metrics that lie in [0, 1]: from chance upwards, so that small changes look small. */
function unitRange(values: readonly { value?: number | null }[]): [number, number] {
  return values.some(({ value }) => isNumber(value) && value < 0.5) ? [0, 1] : [0.5, 1];
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

function describe(rows: readonly HistoryPoint[], measured: readonly (typeof MEASURED)[number][]): string {
  if (rows.length === 0) return 'Training history: no epoch yet.';
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const metrics = measured.map((key) => {
    const values = rows.map((row) => row[key]).filter(isNumber);
    return ` The ${NAMES[key]} went from ${formatNumber(values[0])} to ${formatNumber(values[values.length - 1])}.`;
  });
  return `Training history: the total loss went from ${formatNumber(first.total)} in epoch ${first.epoch} to ${formatNumber(last.total)} in epoch ${last.epoch}.${metrics.join('')}`;
}
