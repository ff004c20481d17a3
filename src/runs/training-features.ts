import { tf } from '../common/tf';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { bankEpoch, type BatchSource } from './batches';

/** The input of one training step. */
export interface EncodedBatch {
  /** Frozen features of the batch. */
  tokens: tf.Tensor3D[];
  /** `[M, S, S]`, values in [0, 1], of the first M of B images; the others are abnormal. */
  mask: tf.Tensor3D;
}

/**
 * The encoded batches of a training run. With a bank of N epochs, epoch N + 1 uses the images of
 * epoch 1 again, and so on: their frozen features are computed once and stay in memory.
 */
export class TrainingFeatures {
  private readonly bank = new Map<string, EncodedBatch>();

  /** @param bankEpochs - N, or 0: every epoch synthesises its own images, and nothing is kept */
  constructor(
    private readonly source: BatchSource,
    private readonly encoder: FrozenEncoder,
    private readonly bankEpochs: number,
  ) {}

  get stepsPerEpoch(): number {
    return this.source.stepsPerEpoch;
  }

  /**
   * Calls `use` with the batch of a step; epochs count from 1, steps from 0. `use` must not keep
   * it.
   */
  async withBatch<T>(epoch: number, step: number, use: (batch: EncodedBatch) => T): Promise<T> {
    const key = `${bankEpoch(epoch, this.bankEpochs)} ${step}`;
    const kept = this.bank.get(key);
    if (kept) return use(kept);
    const { pixels, mask } = await this.source.next();
    const batch = { tokens: tf.tidy(() => this.encoder.encode(pixels)), mask };
    pixels.dispose();
    if (this.bankEpochs > 0) this.bank.set(key, batch);
    try {
      return use(batch);
    } finally {
      if (this.bankEpochs === 0) tf.dispose([...batch.tokens, mask]);
    }
  }

  dispose(): void {
    for (const { tokens, mask } of this.bank.values()) tf.dispose([...tokens, mask]);
    this.bank.clear();
  }
}
