import { type tf } from '../../common/tf';
import type { BatchScores, Scorer } from '../method';
import { imageScore, type ScoreRule } from './image-score';
import type { MediClip } from './mediclip';

/**
 * Scores with the parameters that MediCLIP has when the scorer is created; the text side is
 * computed only once.
 */
export class MediClipScorer implements Scorer {
  readonly imageSize: number;
  readonly features: string;
  /** Maps hold probabilities. */
  readonly mapRange = [0, 1] as const;
  private readonly text: tf.Tensor2D;

  constructor(
    private readonly model: MediClip,
    private readonly rule: ScoreRule,
  ) {
    this.imageSize = model.imageSize;
    this.features = model.features;
    this.text = model.textFeatures();
  }

  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return this.model.encode(pixels);
  }

  score(tokens: readonly tf.Tensor3D[]): BatchScores {
    const maps = this.model.anomalyMap(tokens, this.text);
    return { scores: this.scoreMaps(maps), maps };
  }

  scoreMaps(maps: tf.Tensor3D): tf.Tensor1D {
    return imageScore(maps, this.rule);
  }

  /** Frees the text features; the model stays. */
  dispose(): void {
    this.text.dispose();
  }
}
