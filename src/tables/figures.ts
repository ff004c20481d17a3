import { ablationChart } from '../plots/ablation-chart';
import type { Chart } from '../plots/picture';
import { shotsChart } from '../plots/shots-chart';
import { transferChart } from '../plots/transfer-chart';
import { METRICS } from '../metrics/metrics';
import type { TableName } from './queries';
import { isProposed } from './roles';
import { labelOf, transferLines } from './layouts';
import type { ResultTable } from './table';

/** The name of the figure that belongs to a table. */
export const FIGURE_NAMES: Partial<Record<TableName, string>> = {
  comparison: 'auroc-by-shots',
  pixel: 'pixel-by-shots',
  components: 'components',
  tasks: 'tasks',
  transfer: 'transfer',
};

/**
 * The figure of a table for its first metric and model: the metric by shots, dots for variants, or
 * a heat map of transfer. Undefined for tables that have no figure.
 */
export function figureOf({ name, data }: ResultTable): Chart | undefined {
  if (data.length === 0) return undefined;
  const [{ metric: first, model }] = data;
  const shown = data.filter((row) => row.metric === first && row.model === model);
  const rows = shown.map((row) => ({ ...row, label: labelOf(row, shown) })); // the same labels as in the table
  const shotsVary = shown.some((row) => row.shots !== shown[0].shots);
  const metric = METRICS[first].title;
  switch (name) {
    case 'comparison':
    case 'pixel':
      return shotsChart(rows, { metric, first: rows.find(isProposed)?.label });
    case 'components':
    case 'tasks':
      return ablationChart(shotsVary ? rows.map((row) => ({ ...row, dataset: `${row.dataset}, k = ${row.shots}` })) : rows, { metric });
    case 'transfer': {
      const lines = transferLines(shown);
      const points = lines.flatMap(({ name, line }) =>
        line.map(({ dataset, trainedOn, method, mean }) => {
          return { trainedOn: name, testedOn: dataset, home: isProposed({ method }) && trainedOn === dataset, mean };
        }),
      );
      const last = lines.filter(({ line }) => !isProposed(line[0])).map(({ name: label }) => label);
      return transferChart(points, { metric, last });
    }
    case 'backbones':
    case 'kinds':
    case 'classes':
      return undefined;
  }
}
