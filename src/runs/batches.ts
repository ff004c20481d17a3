import { tf } from '../common/tf';
import { Random } from '../common/random';
import { pixelValues } from '../image/pixel-values';
import { centred } from '../image/geometry';
import type { GrayImage } from '../image/image';
import { SynthesisPool } from '../datasets/synthesis-pool';
import { numberCalls, type DrawRequest } from '../synthesis/drawing';
import type { AbnormalShot } from '../datasets/abnormal-shots';
import type { TrainingConfig } from './config';

/** One training batch; the caller disposes of it. */
export interface TrainingBatch {
  /** `[B, 3, S, S]`, normalised. */
  pixels: tf.Tensor4D;
  /**
   * `[M, S, S]`, values in [0, 1], of the first M images. The other B - M are abnormal without a mask.
   */
  mask: tf.Tensor3D;
}

/**
 * The training images of each step of an epoch, the support set and then the abnormal shots by their
 * indices: a new order in every epoch, in batches of which the
 * last may be smaller. Draws are keyed by epoch and position, so they do not depend on who makes
 * them or when.
 */
export function epochSteps(seed: number, epoch: number, images: number, batchSize: number): { image: number; keys: number[] }[][] {
  const order = Random.of(seed, 'order', epoch).shuffle(Array.from({ length: images }, (_, i) => i));
  const requests = order.map((image, place) => ({ image, keys: [epoch, place] }));
  return Array.from({ length: Math.ceil(images / batchSize) }, (_, i) => requests.slice(i * batchSize, (i + 1) * batchSize));
}

/**
 * The epoch of a bank of N epochs that is used for an epoch, from 1 on; without a bank (0) the
 * epoch itself.
 */
export function bankEpoch(epoch: number, bankEpochs: number): number {
  return bankEpochs > 0 ? ((epoch - 1) % bankEpochs) + 1 : epoch;
}

/** An image with its mask; null where it is abnormal but not known where. */
interface Example {
  image: GrayImage;
  mask: ArrayLike<number> | null;
}

/**
 * The batches in the order of training: support images with synthesised anomalies, and abnormal shots
 * as they are. Worker threads generate a few steps ahead.
 */
export class BatchSource {
  private readonly pool: SynthesisPool;
  private readonly pending: Promise<Example[]>[] = [];
  private epoch: number;
  private planned: DrawRequest[][] = [];
  private readonly counts: readonly number[];
  private readonly abnormal: readonly AbnormalShot[];

  /**
   * @param pieces - of the support images, one image after another, without border
   * @param firstEpoch - 1-based epoch of the first batch
   * @param options.counts - number of pieces of each support image (default: each image is one). In an
   * epoch each image gives one piece, drawn by the seed
   */
  constructor(
    pieces: GrayImage[],
    private readonly config: TrainingConfig,
    firstEpoch: number,
    threads?: number,
    { counts, abnormal = [] }: { counts?: readonly number[]; abnormal?: readonly AbnormalShot[] } = {},
  ) {
    this.counts = counts ?? pieces.map(() => 1);
    this.abnormal = abnormal;
    this.epoch = firstEpoch;
    this.pool = new SynthesisPool({ support: pieces, tasks: config.tasks, parameters: config.synthesis, seed: config.seed, threads });
  }

  get stepsPerEpoch(): number {
    return Math.ceil((this.counts.length + this.abnormal.length) / this.config.batchSize);
  }

  /** The next batch. */
  async next(): Promise<TrainingBatch> {
    while (this.pending.length < 4) this.request();
    const examples = await (this.pending.shift() as Promise<Example[]>);
    const size = this.config.imageSize;
    const masks = examples.flatMap(({ mask }) => (mask ? [mask] : []));
    const values = pixelValues([...examples.filter(({ mask }) => mask), ...examples.filter(({ mask }) => !mask)].map(({ image }) => image));
    const mask = new Float32Array(masks.length * size * size);
    masks.forEach((own, i) => mask.set(own, i * size * size));
    return { pixels: tf.tensor4d(values, [examples.length, 3, size, size]), mask: tf.tensor3d(mask, [masks.length, size, size]) };
  }

  private request(): void {
    if (this.planned.length === 0) {
      const { seed, syntheticBank = 0, batchSize, tasks, repeatDraws } = this.config;
      const steps = epochSteps(seed, bankEpoch(this.epoch, syntheticBank), this.counts.length + this.abnormal.length, batchSize);
      this.planned = repeatDraws ? numberCalls(steps, tasks, seed) : steps;
      this.epoch++;
    }
    const examples = this.examples(this.planned.shift() ?? []);
    examples.catch(() => undefined); // an error is reported when the promise is awaited
    this.pending.push(examples);
  }

  private async examples(step: DrawRequest[]): Promise<Example[]> {
    const { length } = this.counts;
    const size = this.config.imageSize;
    const requests = step.filter(({ image }) => image < length);
    const drawn = await this.pool.draw(requests.map((request) => ({ ...request, image: this.pieceOf(request) })));
    const real = step.flatMap(({ image }) => (image < length ? [] : [this.abnormal[image - length]]));
    return [...drawn.map(({ image, mask }) => ({ image: centred(image as GrayImage, size), mask: centred(mask, size).data })), ...real];
  }

  /** The piece that a support image gives for a draw. */
  private pieceOf({ image, keys }: DrawRequest): number {
    const first = this.counts.slice(0, image).reduce((sum, count) => sum + count, 0);
    const count = this.counts[image];
    return first + (count > 1 ? Random.of(this.config.seed, 'tile', ...keys).integer(0, count) : 0);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
