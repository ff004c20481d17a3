/** A value of a chart with one panel per data set and metric. */
export interface GridPoint {
  dataset: string;
  /** Title of the metric, default "image AUROC". */
  metric?: string;
}

/** A panel of a {@link metricGrid}. */
export interface GridPanel<Point> {
  dataset: string;
  metric: string;
  points: Point[];
  /** Whether it is the first of its row. */
  first: boolean;
  /** Whether it is the lowest of its column. */
  last: boolean;
}

/** The title of a point's metric. */
export function metricOf({ metric = 'image AUROC' }: GridPoint): string {
  return metric;
}

/** The data sets in the order given, but those that lack a metric last. */
export function inOrder(points: readonly GridPoint[]): string[] {
  const metricsOf = (dataset: string): number => new Set(points.filter((point) => point.dataset === dataset).map(metricOf)).size;
  return [...new Set(points.map(({ dataset }) => dataset))].sort((a, b) => metricsOf(b) - metricsOf(a));
}

/**
 * Panels in rows: one row per data set, one column per metric, so that the metrics stand side by
 * side. Data sets that lack a metric (without masks there are no pixel metrics) come last.
 * @param options.fill - whether several panels of such data sets share a row, default false: the rest
 * of the row says that there are no masks
 */
export function metricGrid<Point extends GridPoint>(
  points: readonly Point[],
  panelOf: (panel: GridPanel<Point>) => object,
  options: { fill?: boolean } = {},
): object {
  const metrics = [...new Set(points.map(metricOf))];
  const columns = options.fill ? Math.max(2, metrics.length) : Math.max(1, metrics.length);
  const of = (dataset: string, metric: string): Point[] => points.filter((p) => p.dataset === dataset && metricOf(p) === metric);
  const lacks = (dataset: string): boolean => metrics.length < columns || metrics.some((metric) => of(dataset, metric).length === 0);
  const cells = inOrder(points).flatMap((dataset) =>
    metrics.flatMap((metric, c) => {
      const here = of(dataset, metric);
      if (here.length === 0 && options.fill) return [];
      return [{ dataset, metric, points: here, first: c === 0 || (lacks(dataset) && options.fill === true) }];
    }),
  );
  const concat = cells.map((cell, i) => {
    if (cell.points.length === 0) return { data: { values: [{}] }, mark: { type: 'text', text: 'no masks' } };
    const last = !cells.some((other, j) => j > i && j % columns === i % columns && other.points.length > 0);
    return panelOf({ ...cell, last });
  });
  return { concat, columns, spacing: { row: 18, column: 24 } };
}
