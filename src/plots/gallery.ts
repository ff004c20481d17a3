import { montage, type MontageOptions, type MontageRow, type Panel } from './montage';
import type { PngPicture } from './picture';

/**
 * Images in rows: a support set, or synthetic anomalies with their outlines.
 * @param options.perRow - images per row, default 4
 */
export function gallery(panels: readonly Panel[], options: MontageOptions & { perRow?: number }): Promise<PngPicture> {
  const { perRow = 4, ...rest } = options;
  const rows: MontageRow[] = [];
  for (let i = 0; i < panels.length; i += perRow) rows.push({ panels: panels.slice(i, i + perRow) });
  return montage(rows, rest);
}
