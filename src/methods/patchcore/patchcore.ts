import type { FrozenEncoder } from '../../backbones/frozen-encoder';
import { tf } from '../../common/tf';
import type { Random } from '../../common/random';
import type { Placement } from '../../image/geometry';
import { withoutBorder } from '../border';
import type { BatchScores } from '../method';
import { Upsampling } from '../mediclip/anomaly-map';
import { greedyCoreset } from './coreset';
import type { Detector } from '../method';
import { distance, nearestIndex, squaredDistances } from '../nearest';
import type { PatchcoreOptions } from './settings';
import { patchMaps } from '../patch-maps';

/**
 * PatchCore (Roth et al. 2022): a memory of patches of normal images. The anomaly of a patch is its
 * distance to the nearest patch in memory.
 *
 * In a vision transformer all layers have the same grid, so the paper's resizing of layers to a
 * common grid is not needed.
 */
export class PatchCore implements Detector {
  readonly mapRange = null;
  readonly imageSize: number;
  readonly features: string;
  private readonly upsampling: Upsampling;
  /** The coreset M, `[m, C]`. */
  private memory?: tf.Tensor2D;

  /** @param encoder - encoder of the patch tokens to use */
  constructor(
    private readonly encoder: FrozenEncoder,
    grid: number,
    private readonly options: PatchcoreOptions,
    private readonly random: Random,
  ) {
    this.imageSize = encoder.imageSize;
    this.features = encoder.features;
    this.upsampling = new Upsampling(grid, encoder.imageSize, options.sigma);
  }

  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return this.encoder.encode(pixels);
  }

  /**
   * Locally aware patch features (section 3.1, equations 1 and 2): the mean over a p x p
   * neighbourhood at each layer, then the concatenation of all layers. At the border the mean is
   * over the patches that exist.
   * @returns `[B g g, C]`
   */
  patchFeatures(tokens: readonly tf.Tensor3D[]): tf.Tensor2D {
    return tf.tidy(() => {
      const layers = tokens.map((layer) => {
        const [b, n, c] = layer.shape;
        const g = Math.round(Math.sqrt(n));
        const pooled = tf.avgPool(tf.reshape(layer, [b, g, g, c]) as tf.Tensor4D, this.options.neighbourhood, 1, 'same');
        return tf.reshape(pooled, [b * n, c]) as tf.Tensor2D;
      });
      return tf.concat(layers, 1);
    });
  }

  /**
   * Fills the memory with a coreset that is chosen in a random projection of the features (section
   * 3.2).
   */
  fit(support: readonly tf.Tensor3D[]): void {
    const { coresetShare, projection } = this.options;
    const all = this.patchFeatures(support);
    const [n, c] = all.shape;
    const d = Math.min(projection, c);
    const projected = tf.tidy(() => {
      if (d === c) return all.dataSync() as Float32Array;
      const values = Float32Array.from({ length: c * d }, () => this.random.normal(0, 1 / Math.sqrt(d)));
      return tf.matMul(all, tf.tensor2d(values, [c, d])).dataSync() as Float32Array;
    });
    const chosen = greedyCoreset(projected, n, d, Math.max(1, Math.floor(n * coresetShare)), this.random);
    this.memory = tf.tidy(() => tf.gather(all, tf.tensor1d(chosen, 'int32')));
    all.dispose();
  }

  score(tokens: readonly tf.Tensor3D[], placements?: readonly Placement[]): BatchScores {
    const memory = this.memory as tf.Tensor2D;
    const [b, n] = tokens[0].shape;
    const { scores, values } = tf.tidy(() => {
      const rows = this.patchFeatures(tokens);
      const nearest = tf.gather(memory, nearestIndex(rows, memory)); // [B g g, C]
      const distances = tf.reshape(distance(rows, nearest), [b, n]) as tf.Tensor2D;
      const shown = withoutBorder(distances, placements);
      const at = tf.add(tf.argMax(shown, 1), tf.range(0, b * n, n, 'int32')) as tf.Tensor1D;
      const highest = tf.max(shown, 1) as tf.Tensor1D;
      return {
        scores: tf.mul(highest, this.weight(tf.gather(rows, at), tf.gather(nearest, at), memory)) as tf.Tensor1D,
        values: distances,
      };
    });
    const maps = patchMaps(values, this.upsampling);
    values.dispose();
    return { scores, maps };
  }

  /**
   * The weight of the score of an image (equation 7): 1 - exp(|m_test - m*|) / Σ exp(|m_test - m|)
   * over the b nearest neighbours of m* in memory, including m* itself. The weight is lower if m*
   * itself is rare in memory.
   * @param patches - the most abnormal patch of each image, m_test, `[B, C]`
   * @param nearest - its nearest patch in memory, m*, `[B, C]`
   * @returns `[B]`
   */
  weight(patches: tf.Tensor2D, nearest: tf.Tensor2D, memory: tf.Tensor2D): tf.Tensor1D {
    const [b, c] = patches.shape;
    const count = Math.min(this.options.reweighting, memory.shape[0]);
    if (count === 1) return tf.ones([b]);
    return tf.tidy(() => {
      const { indices } = tf.topk(tf.neg(squaredDistances(nearest, memory)), count);
      const neighbours = tf.reshape(tf.gather(memory, tf.reshape(indices, [-1])), [b, count, c]);
      const distances = distance(tf.expandDims(patches, 1), neighbours); // [B, b]
      const largest = tf.max(distances, 1, true); // subtracted from all exponents to prevent overflow
      const whole = tf.sum(tf.exp(tf.sub(distances, largest)), 1);
      return tf.sub(1, tf.div(tf.exp(tf.sub(distance(patches, nearest), tf.squeeze(largest, [1]))), whole));
    });
  }

  dispose(): void {
    this.memory?.dispose();
    this.upsampling.dispose();
  }
}
