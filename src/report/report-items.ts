import sharp from 'sharp';
import { type LongRun, stopIfAsked } from '../common/progress';
import { sourceName } from '../datasets/source-name';
import type { SamplePredictions } from '../runs/findings';
import type { RgbImage } from '../image/image';
import { heatOverlay } from '../drawing/overlay';

/** A test image of the page. Pictures are data URLs. */
export interface ReportItem {
  /** The name to show. */
  name: string;
  /** The file name in the data set. */
  file: string;
  /** The file name before the data set was prepared, if the data set records it. */
  source?: string;
  label: 0 | 1;
  score: number;
  /** Null if the image gets no picture because their number is limited. */
  image: string | null;
  /** The anomaly map over the image; null also if the method has no maps. */
  map: string | null;
  /** White where abnormal; null also if the mask is unknown. */
  mask: string | null;
}

/** The number and size of the pictures in a page. */
export interface PictureBudget {
  /** Number of images that get pictures. */
  count: number;
  /** Side of a picture in pixels. */
  side: number;
}

/**
 * Chooses smaller pictures if there are more of them, to keep a page near 10 MB.
 * @param limit - the most images that may have pictures
 * @param size - side of the images that the method sees; no picture is larger
 */
export function pictureBudget(images: number, limit: number, size: number): PictureBudget {
  const count = Math.min(images, limit);
  return { count, side: Math.min(size, count <= 200 ? 224 : count <= 500 ? 176 : 128) };
}

/**
 * Indices of the images that get pictures if not all can. Each class gets its share of the
 * pictures, beginning with the images that are ranked worst: abnormal ones with the lowest scores
 * and normal ones with the highest.
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
 * The images of a test set, from the highest score to the lowest, with pictures within the budget.
 * @throws UserError if stopped
 */
export async function reportItems(
  found: SamplePredictions['found'],
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
