import sharp from 'sharp';
import { type LongRun, stopIfAsked } from '../common/progress';
import { kindsOf, type Sample } from '../datasets/layout';
import { sourceName } from '../datasets/source-name';
import { shareBelow } from '../metrics/conformal';
import type { Calibration } from '../runs/calibration';
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
  /** White where the map is above the pixel threshold; absent without a calibration. */
  called?: string;
  /** Kinds of anomaly that the data set names. */
  kinds?: string[];
  /** The volume, stack or series of a slice, and its number there. */
  volume?: string;
  slice?: number;
  /** The share of the normal images of the calibration that score lower. */
  percentile?: number;
  /** What another run says about the image. */
  other?: { score: number; map: string | null };
}

/** What {@link reportItems} needs besides the predictions. */
export interface ItemOptions extends LongRun {
  /** Map values of the first and the last colour; null without maps. */
  heatRange: readonly [number, number] | null;
  calibration?: Calibration;
  /** The predictions of another run for the same images in the same order. */
  other?: { found: SamplePredictions['found']; heatRange: readonly [number, number] | null };
}

/** An image as a run sees it, and the run's map of it. */
type Pictured = Pick<SamplePredictions['found'][number], 'image' | 'map'>;

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
  { heatRange, calibration, other, ...run }: ItemOptions,
): Promise<ReportItem[]> {
  const chosen = worthAPicture(found, count);
  const items: ReportItem[] = [];
  for (const [i, { sample, image, map, mask, label, score, name }] of found.entries()) {
    stopIfAsked(run);
    run.onProgress?.({ phase: 'packing pictures', done: i + 1, total: found.length });
    const source = sourceName(sample);
    const named = source === sample.filename ? { name, file: source } : { name, file: sample.filename, source };
    const item: ReportItem = { ...named, label, score, image: null, map: null, mask: null, ...placeOf(sample) };
    if (calibration) item.percentile = shareBelow(calibration.scores, score);
    const theirs = other?.found[i];
    if (theirs) item.other = { score: theirs.score, map: null };
    items.push(item);
    if (!chosen.has(i)) continue;
    const overlay = async (seen: Pictured, range: readonly [number, number] | null): Promise<string | null> =>
      seen.map && range && jpeg(heatOverlay(seen.image, seen.map, { range }), side);
    item.image = await jpeg(image, side);
    item.map = await overlay({ image, map }, heatRange);
    item.mask = mask && (await maskPng(mask, image, side));
    const pixel = calibration?.pixel;
    if (map && pixel) {
      item.called = await maskPng(
        Uint8Array.from(map, (value) => (value > pixel.threshold ? 1 : 0)),
        image,
        side,
      );
    }
    if (item.other && theirs) item.other.map = await overlay(theirs, other.heatRange);
  }
  return items.sort((a, b) => b.score - a.score);
}

/** The kinds of anomaly of an image, and its volume and slice, as far as the data set names them. */
function placeOf(sample: Sample): Pick<ReportItem, 'kinds' | 'volume' | 'slice'> {
  const kinds = kindsOf(sample);
  const slice = /^(.+)#(\d+)$/.exec(sourceName(sample)); // scan.nii.gz#12
  return {
    ...(sample.label === 1 && kinds.length > 0 ? { kinds } : {}),
    ...(slice ? { volume: slice[1], slice: Number(slice[2]) } : {}),
  };
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
