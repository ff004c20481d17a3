/**
 * The vertical axis of Vega-Lite charts with a row a label: in the order given, the same rows in every panel, no line and no ticks.
 * @param axis - what differs: grid, width of the labels, whether they are shown
 */
export function labelAxis(labels: readonly string[], axis: { labelLimit: number; grid?: boolean; labels?: boolean }): object {
  return {
    field: 'label',
    type: 'nominal',
    title: null,
    sort: labels,
    scale: { domain: labels },
    axis: { ...axis, ticks: false, domain: false },
  };
}
