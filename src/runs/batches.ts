import { tf } from '../common/tf';
import { Random } from '../common/random';
import { pixelValues } from '../image/pixel-values';
import type { GrayImage } from '../image/image';
import { SynthesisPool } from '../datasets/synthesis-pool';
import type { Draw } from '../synthesis/tasks';
import type { TrainingConfig } from './config';

/** One training batch; the caller disposes of it. */
export interface TrainingBatch {
  /** `[B, 3, S, S]`, normalised. */
  pixels: tf.Tensor4D;
  /** `[B, S, S]`, values in [0, 1]. */
  mask: tf.Tensor3D;
}

/**
 * The support images of each step of an epoch: a new order in every epoch, in batches of which the
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

/**
 * Synthesised batches in the order of training. Worker threads generate a few steps ahead.
 */
export class BatchSource {
  private readonly pool: SynthesisPool;
  private readonly pending: Promise<Draw[]>[] = [];
  private epoch: number;
  private planned: { image: number; keys: number[] }[][] = [];

  /** @param firstEpoch - 1-based epoch of the first batch */
  constructor(
    support: GrayImage[],
    private readonly config: TrainingConfig,
    firstEpoch: number,
    threads?: number,
  ) {
    this.images = support.length;
    this.epoch = firstEpoch;
    this.pool = new SynthesisPool({ support, tasks: config.tasks, parameters: config.synthesis, seed: config.seed, threads });
  }

  private readonly images: number;

  get stepsPerEpoch(): number {
    return Math.ceil(this.images / this.config.batchSize);
  }

  /** The next batch. */
  async next(): Promise<TrainingBatch> {
    while (this.pending.length < 4) this.request();
    const draws = await (this.pending.shift() as Promise<Draw[]>);
    const size = this.config.imageSize;
    const values = pixelValues(draws.map((draw) => draw.image as GrayImage));
    const mask = new Float32Array(draws.length * size * size);
    draws.forEach((draw, i) => mask.set(draw.mask.data, i * size * size));
    return { pixels: tf.tensor4d(values, [draws.length, 3, size, size]), mask: tf.tensor3d(mask, [draws.length, size, size]) };
  }

  private request(): void {
    if (this.planned.length === 0) {
      this.planned = epochSteps(
        this.config.seed,
        bankEpoch(this.epoch, this.config.syntheticBank ?? 0),
        this.images,
        this.config.batchSize,
      );
      this.epoch++;
    }
    const draws = this.pool.draw(this.planned.shift() ?? []);
    draws.catch(() => undefined); // an error is reported when the promise is awaited
    this.pending.push(draws);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
