import { UserError } from '../common/errors';
import { connectedComponents } from '../image/connected-components';
import { orderedBits, radixSort } from './radix-sort';

/** Anomaly maps of a test set with their masks. */
export interface PixelMaps {
  /** `[N, H, W]`, higher means more abnormal. */
  maps: Float32Array;
  /** `[N, H, W]`, 0 normal, anything else abnormal. */
  masks: Uint8Array;
  n: number;
  h: number;
  w: number;
}

/**
 * All pixels of a test set, sorted: those outside of the masks, and those inside, with their
 * regions.
 */
export interface PixelRanking {
  /** Order-preserving bits of the values of normal pixels, in ascending order. */
  normal: Uint32Array;
  /** The same for abnormal pixels. */
  abnormal: Uint32Array;
  /** Region of each abnormal pixel, numbered from 0 over the whole set. */
  region: Uint32Array;
  /** Number of pixels of each region (an 8-connected component of one image's mask). */
  regionSize: number[];
}

/**
 * Sorts the pixels of all maps. Exact; takes about 12 bytes of memory per pixel in addition to the
 * input.
 * @throws UserError if a value is not finite; RangeError if the lengths are not N*H*W.
 */
export function rankPixels({ maps, masks, n, h, w }: PixelMaps): PixelRanking {
  const size = h * w;
  checkPixels(maps, masks, n, h, w);
  const bits = new Uint32Array(maps.buffer, maps.byteOffset, maps.length);
  let abnormals = 0;
  for (let i = 0; i < masks.length; i++) if (masks[i] !== 0) abnormals++;
  const normal = new Uint32Array(masks.length - abnormals);
  const abnormal = new Uint32Array(abnormals);
  const region = new Uint32Array(abnormals);
  const regionSize: number[] = [];
  for (let image = 0, toNormal = 0, toAbnormal = 0; image < n; image++) {
    const mask = masks.subarray(image * size, (image + 1) * size);
    const first = regionSize.length;
    const regions = mask.some((value) => value !== 0) ? connectedComponents(mask, w, h, 8) : { count: 0, labels: mask };
    for (let r = 0; r < regions.count; r++) regionSize.push(0);
    for (let p = 0, i = image * size; p < size; p++, i++) {
      if (mask[p] === 0) {
        normal[toNormal++] = orderedBits(bits[i]);
      } else {
        const r = first + regions.labels[p] - 1;
        regionSize[r]++;
        abnormal[toAbnormal] = orderedBits(bits[i]);
        region[toAbnormal++] = r;
      }
    }
  }
  const sorted = radixSort(abnormal, region);
  return { normal: radixSort(normal).keys, abnormal: sorted.keys, region: sorted.values as Uint32Array, regionSize };
}

/**
 * Visits the distinct values from the highest to the lowest.
 * @param visit - gets the numbers of normal and abnormal pixels that have the value, and
 *   `coverage`, the sum over these abnormal pixels of 1 / size of their region, so that a fully
 *   covered region has added 1
 */
export function sweepPixels(ranking: PixelRanking, visit: (normal: number, abnormal: number, coverage: number) => void): void {
  const { normal, abnormal, region } = ranking;
  const share = Float64Array.from(ranking.regionSize, (pixels) => 1 / pixels);
  let i = normal.length - 1;
  let j = abnormal.length - 1;
  while (i >= 0 || j >= 0) {
    const value = Math.max(i >= 0 ? normal[i] : 0, j >= 0 ? abnormal[j] : 0);
    const [lastNormal, lastAbnormal] = [i, j];
    let coverage = 0;
    while (i >= 0 && normal[i] === value) i--;
    for (; j >= 0 && abnormal[j] === value; j--) coverage += share[region[j]];
    visit(lastNormal - i, lastAbnormal - j, coverage);
  }
}

function checkPixels(maps: Float32Array, masks: Uint8Array, n: number, h: number, w: number): void {
  if (maps.length !== n * h * w || masks.length !== maps.length) {
    throw new RangeError(`pixel metrics: ${maps.length} map and ${masks.length} mask values for ${n} x ${h} x ${w}`);
  }
  for (let i = 0; i < maps.length; i++) {
    if (!Number.isFinite(maps[i])) {
      const [image, pixel] = [Math.floor(i / (h * w)), i % (h * w)];
      throw new UserError(
        `metrics: map ${image} is ${maps[i]} at row ${Math.floor(pixel / w)}, column ${pixel % w}; every value must be a finite number`,
      );
    }
  }
}
