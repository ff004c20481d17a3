import { liveChart } from '../plots/display';
import { exportFigure } from '../plots/export';
import { historyChart, type HistoryPoint } from '../plots/history-chart';

/** The training curve below a cell while a model learns. */
export interface LiveHistory {
  /** Adds an epoch; the chart is plotted again every few epochs. */
  add(row: HistoryPoint): void;
  /**
   * Plots all epochs and waits until they are shown.
   * @param figure - name of the figure to export the chart as
   */
  finish(figure?: string): Promise<void>;
}

/**
 * A chart of the losses that grows during training: `const live = liveHistory()`, then
 * `live.add(row)` after each epoch and `await live.finish()`. Outside of a kernel nothing is shown.
 * @param every - epochs from one chart to the next, default 5
 */
export function liveHistory(every = 5): LiveHistory {
  const live = liveChart();
  const rows: HistoryPoint[] = [];
  return {
    add(row) {
      rows.push(row);
      if (row.epoch % every === 0) live.update(historyChart(rows));
    },
    async finish(figure) {
      live.update(historyChart(rows));
      if (figure !== undefined) await exportFigure(figure, historyChart(rows));
      await live.finish();
    },
  };
}
