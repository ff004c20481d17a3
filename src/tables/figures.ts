import { mean } from '../common/averages';
import { ablationChart } from '../plots/ablation-chart';
import { epochsChart } from '../plots/epochs-chart';
import { modelsChart } from '../plots/models-chart';
import type { Chart } from '../plots/picture';
import { shotsChart } from '../plots/shots-chart';
import { transferChart } from '../plots/transfer-chart';
import { METHODS } from '../methods/registry';
import { METRICS } from '../metrics/metrics';
import type { ComparedRow } from './compare';
import { unique } from './groups';
import { shortModelName } from './published';
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
  epochs: 'epochs',
  transfer: 'transfer',
  backbones: 'backbones',
};

/**
 * The figure of a table for its first model, with its metrics and AUPRO side by side: metrics by
 * shots or by epochs, dots for variants, heat maps of transfer; for backbones, all models. Undefined
 * for tables that have no figure.
 */
export function figureOf({ name, data, beside = [] }: ResultTable): Chart | undefined {
  const draw = FIGURES[name];
  const all = [...data, ...beside];
  if (!draw || all.length === 0) return undefined;
  return draw(name === 'backbones' ? all : all.filter(({ model }) => model === all[0].model));
}

const FIGURES: Partial<Record<TableName, (rows: readonly ComparedRow[]) => Chart | undefined>> = {
  comparison: byShots,
  pixel: byShots,
  components: byVariant,
  tasks: byVariant,
  epochs: byEpochs,
  transfer: byTrainingSet,
  backbones: byModel,
};

function byShots(rows: readonly ComparedRow[]): Chart {
  return shotsChart(titled(rows), { first: titled(rows).find(isProposed)?.label });
}

function byVariant(rows: readonly ComparedRow[]): Chart {
  const shotsVary = rows.some(({ shots }) => shots !== rows[0].shots);
  return ablationChart(titled(rows).map((row) => (shotsVary ? { ...row, dataset: `${row.dataset}, k = ${row.shots}` } : row)));
}

function byEpochs(rows: readonly ComparedRow[]): Chart {
  const points = titled(ofOneK(rows)).map((row) => ({
    ...row,
    label: METHODS[row.method].label,
    epochs: isProposed(row) ? row.epochs : null,
  }));
  return epochsChart(points);
}

/** Of several variants with the same training set, only the first is shown, and named in the title. */
function byTrainingSet(rows: readonly ComparedRow[]): Chart {
  const lines = transferLines(rows).map(({ line }) => line);
  const nameOf = ([row]: ComparedRow[]): string => (isProposed(row) ? row.trainedOn : row.label);
  const sameRow = (a: ComparedRow[], b: ComparedRow[]): boolean => a[0].metric === b[0].metric && nameOf(a) === nameOf(b);
  const firsts = lines.filter((line, i) => lines.findIndex((other) => sameRow(line, other)) === i);
  const points = firsts.flatMap((line) =>
    titled(line).map((row) => {
      const { dataset: testedOn, trainedOn, metric, mean } = row;
      return { trainedOn: nameOf(line), testedOn, metric, home: isProposed(row) && trainedOn === testedOn, mean };
    }),
  );
  const title = labelOf(lines[0][0], rows);
  return transferChart(points, {
    ...(firsts.length < lines.length ? { title } : {}),
    last: unique(firsts.filter(([row]) => !isProposed(row)).map(nameOf)),
  });
}

/** Several models, in the order of MediCLIP's mean; one alone needs no figure. */
function byModel(rows: readonly ComparedRow[]): Chart | undefined {
  const models = unique(rows.map(({ model }) => model));
  if (models.length < 2) return undefined;
  const shown = ofOneK(rows);
  const meanOf = (model: string): number => {
    const own = shown.filter((row) => row.model === model && isProposed(row) && row.metric === shown[0].metric);
    return own.length === 0 ? 0 : mean(own.map((row) => row.mean));
  };
  const ordered = [...models].sort((a, b) => meanOf(a) - meanOf(b));
  const points = ordered.flatMap((model) => titled(shown.filter((row) => row.model === model)));
  return modelsChart(points.map((row) => ({ ...row, model: shortModelName(row.model) })));
}

/** The rows with 16 training images, or else with the most, and those of methods that see none. */
function ofOneK(rows: readonly ComparedRow[]): ComparedRow[] {
  const counts = rows.map(({ shots }) => shots);
  const k = counts.includes(16) ? 16 : Math.max(...counts);
  return rows.filter(({ shots }) => shots === k || shots === 0);
}

/** The rows with the same labels as in the table, and the title of the metric. */
function titled(rows: readonly ComparedRow[]): (Omit<ComparedRow, 'metric'> & { metric: string })[] {
  return rows.map((row) => ({ ...row, label: labelOf(row, rows), metric: METRICS[row.metric].title }));
}
