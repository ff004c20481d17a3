/**
 * The vertical axis of Vega-Lite charts with one row per label: in the order given, the same rows
 * in every panel, without a line or ticks.
 * @param axis - grid, width of the labels, and whether they are shown
 */
export function labelAxis(labels: readonly string[], axis: { labelLimit: number; grid?: boolean; labels?: boolean }): object {
  return {
    field: 'label',
    type: 'nominal',
    title: null,
    sort: labels,
    scale: { domain: labels },
    axis: { ...axis, ticks: false, domain: false, labelPadding: 8 },
  };
}
