import sharp from 'sharp';
import { type LongRun, stopIfAsked } from '../common/progress';
import { sourceName } from '../datasets/source-name';
import type { Examination } from '../runs/findings';
import type { RgbImage } from '../image/image';
import { heatOverlay } from '../drawing/overlay';

/** A test image of the page. Pictures are data URLs. */
export interface ReportItem {
  /** For people. */
  name: string;
  /** As the data set names it. */
  file: string;
  /** As its user named it before it was prepared, where the data set says so. */
  source?: string;
  label: 0 | 1;
  score: number;
  /** Null where pictures were limited. */
  image: string | null;
  /** The anomaly map over the image; null also where the method has none. */
  map: string | null;
  /** White where abnormal; null also where it is not known. */
  mask: string | null;
}

/** How much of the pictures goes into a page. */
export interface PictureBudget {
  /** Images that get pictures. */
  count: number;
  /** Side of a picture in pixels. */
  side: number;
}

/**
 * Smaller pictures where there are more of them, so that a page stays near 10 MB.
 * @param limit - images that may have pictures
 * @param size - side of the images as the method sees them; no picture is larger
 */
export function pictureBudget(images: number, limit: number, size: number): PictureBudget {
  const count = Math.min(images, limit);
  return { count, side: Math.min(size, count <= 200 ? 224 : count <= 500 ? 176 : 128) };
}

/**
 * Indices of the images that get pictures where not all can: as many of each class as is its share, those first that are ranked worst,
 * abnormal images from the lowest score and normal ones from the highest.
 */
export function worthAPicture(items: readonly { label: 0 | 1; score: number }[], count: number): Set<number> {
  const worst = (label: 0 | 1): number[] => {
    const own = items.flatMap((item, i) => (item.label === label ? [i] : []));
    return own.sort((a, b) => (label === 1 ? 1 : -1) * (items[a].score - items[b].score));
  };
  const [normal, abnormal] = [worst(0), worst(1)];
  const share = Math.round((count * abnormal.length) / Math.max(1, items.length));
  return new Set([...abnormal.slice(0, share), ...normal.slice(0, count - share)]);
}

/**
 * The images of a test set, from the highest score to the lowest, with pictures within a budget.
 * @throws UserError where it is stopped
 */
export async function reportItems(
  found: Examination['found'],
  { count, side }: PictureBudget,
  heatRange: readonly [number, number] | null,
  run: LongRun = {},
): Promise<ReportItem[]> {
  const chosen = worthAPicture(found, count);
  const items: ReportItem[] = [];
  for (const [i, { sample, image, map, mask, label, score, name }] of found.entries()) {
    stopIfAsked(run);
    run.onProgress?.({ phase: 'packing pictures', done: i + 1, total: found.length });
    const source = sourceName(sample);
    const named = source === sample.filename ? { name, file: source } : { name, file: sample.filename, source };
    const item = { ...named, label, score, image: null, map: null, mask: null };
    if (!chosen.has(i)) {
      items.push(item);
      continue;
    }
    items.push({
      ...item,
      image: await jpeg(image, side),
      map: map && heatRange && (await jpeg(heatOverlay(image, map, { range: heatRange }), side)),
      mask: mask && (await maskPng(mask, image, side)),
    });
  }
  return items.sort((a, b) => b.score - a.score);
}

async function jpeg({ width, height, data }: RgbImage, side: number): Promise<string> {
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 78, mozjpeg: true })
    .toBuffer();
  return `data:image/jpeg;base64,${bytes.toString('base64')}`;
}

async function maskPng(mask: Uint8Array, { width, height }: RgbImage, side: number): Promise<string> {
  const bytes = await sharp(
    mask.map((v) => (v > 0 ? 255 : 0)),
    { raw: { width, height, channels: 1 } },
  )
    .resize(side, side, { fit: 'inside', withoutEnlargement: true, kernel: 'nearest' })
    .png({ palette: true, colours: 2, compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${bytes.toString('base64')}`;
}
