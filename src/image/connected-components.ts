/** The connected regions of a mask. */
export interface Components {
  /**
   * `[H, W]`: 0 where the mask is 0, else 1..count, numbered in the order of their first pixel, row
   * by row.
   */
  labels: Int32Array;
  /** The number of regions. */
  count: number;
}

/**
 * Labels the connected regions of the pixels that are not 0 (two passes with a union-find of
 * provisional labels).
 * @param mask - `[H, W]`, row-major; every value other than 0 counts as foreground
 * @param connectivity - 4: neighbours share a side; 8: a side or a corner
 * @throws RangeError if the mask does not have `width * height` values.
 */
export function connectedComponents(mask: ArrayLike<number>, width: number, height: number, connectivity: 4 | 8): Components {
  if (mask.length !== width * height) throw new RangeError(`a mask of ${mask.length} values is not ${width} x ${height}`);
  const labels = new Int32Array(mask.length);
  const parent = [0];
  const find = (label: number): number => {
    while (parent[label] !== label) {
      parent[label] = parent[parent[label]];
      label = parent[label];
    }
    return label;
  };
  const join = (a: number, b: number): number => {
    if (a === 0 || a === b) return b;
    const [low, high] = [find(a), find(b)].sort((x, y) => x - y);
    parent[high] = low;
    return low;
  };
  const diagonal = connectivity === 8;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (mask[i] === 0) continue;
      let label = x > 0 ? labels[i - 1] : 0;
      if (y > 0) {
        const above = i - width;
        if (labels[above] > 0) label = join(label, labels[above]);
        else if (diagonal) {
          if (x > 0 && labels[above - 1] > 0) label = join(label, labels[above - 1]);
          if (x + 1 < width && labels[above + 1] > 0) label = join(label, labels[above + 1]);
        }
      }
      labels[i] = label > 0 ? label : parent.push(parent.length) - 1;
    }
  }
  let count = 0;
  const final = new Int32Array(parent.length);
  for (let label = 1; label < parent.length; label++) final[label] = parent[label] === label ? ++count : final[find(label)];
  for (let i = 0; i < labels.length; i++) labels[i] = final[labels[i]];
  return { labels, count };
}
