import type { Sample } from '../datasets/layout';
import { MASK_RULES, readSampleMask } from '../datasets/sample-mask';
import { sourceName } from '../datasets/source-name';
import type { Fit } from '../image/geometry';
import { LOSSY_FROM } from '../image/node/mask';

/** The masks of a test set. */
export interface TestMasks {
  /**
   * `[N, S, S]`, 0 or 1; normal images have empty ones. Null if an abnormal image has no mask:
   * pixel metrics are then undefined.
   */
  masks: Uint8Array | null;
  /** If some are JPEGs: their number, and the level (of 255) from which their pixels count. */
  jpegMasks?: { count: number; from: number };
  /** Notes for the user: masks that are missing, mark nothing or are JPEGs. */
  notes: string[];
}

/**
 * Reads the masks of test images.
 * @param protocol - under `paper` every pixel of a JPEG mask that is not 0 counts, as in the
 * published code
 * @param fit - what of the images is seen
 */
export async function loadTestMasks(samples: readonly Sample[], size: number, protocol: 'fixed' | 'paper', fit: Fit): Promise<TestMasks> {
  const abnormal = samples.filter((sample) => sample.label === 1);
  const bare = abnormal.filter((sample) => sample.maskFile === undefined);
  if (abnormal.length === 0) return { masks: null, notes: [] };
  if (bare.length > 0) {
    const note = `pixel metrics are undefined: ${bare.length} of ${abnormal.length} abnormal images have no mask, the first is ${sourceName(bare[0])}`;
    return { masks: null, notes: [note] };
  }
  const masks = new Uint8Array(samples.length * size * size);
  const empty: Sample[] = [];
  let jpeg = 0;
  for (const [i, sample] of samples.entries()) {
    const mask = sample.label === 1 ? await readSampleMask(sample, size, MASK_RULES[protocol], fit) : null;
    if (!mask) continue;
    if (mask.data.every((v) => v === 0)) empty.push(sample);
    if (mask.lossy) jpeg++;
    masks.set(mask.data, i * size * size);
  }
  const notes: string[] = [];
  if (empty.length > 0) {
    notes.push(
      `the masks of ${empty.length} of ${abnormal.length} abnormal images mark nothing at ${size} x ${size} pixels${fit === 'crop' ? ' of the crop' : ''}, the first is that of ${sourceName(empty[0])}`,
    );
  }
  if (jpeg === 0) return { masks, notes };
  const from = LOSSY_FROM[MASK_RULES[protocol]];
  const counts = from === 1 ? 'every pixel that is not 0 counts, as in the published code' : `pixels count from ${from} of 255 on`;
  notes.push(`${jpeg} of ${abnormal.length} masks are JPEGs: under protocol ${protocol}, ${counts}`);
  return { masks, jpegMasks: { count: jpeg, from }, notes };
}
