import type { FrozenEncoder } from '../../backbones/frozen-encoder';
import { tf } from '../../common/tf';
import { gigabytes } from '../../common/bytes';
import { UserError } from '../../common/errors';
import type { Random } from '../../common/random';
import type { BatchScores } from '../method';
import { Upsampling } from '../mediclip/anomaly-map';
import { cholesky, invertLower } from './cholesky';
import type { Detector } from '../method';
import type { PadimOptions } from './settings';
import { patchMaps } from '../patch-maps';

/** Limit for the numbers in all covariances together: 4 GB. */
const LARGEST = 1e9;

/**
 * PaDiM (Defard et al. 2021): for each position of the grid a Gaussian of the features that normal
 * images have there. The anomaly of a patch is its Mahalanobis distance; that of an image is the
 * maximum of its map.
 */
export class Padim implements Detector {
  readonly mapRange = null;
  readonly imageSize: number;
  readonly features: string;
  private readonly upsampling: Upsampling;
  /** Indices of the features that are kept, `[d]`, in increasing order. */
  private kept?: tf.Tensor1D;
  /** μ at each position, `[g g, 1, d]`. */
  private mean?: tf.Tensor3D;
  /** L⁻¹ at each position, where Σ = L Lᵀ: `[g g, d, d]`. */
  private whitening?: tf.Tensor3D;

  /** @param encoder - encoder of the patch tokens to use */
  constructor(
    private readonly encoder: FrozenEncoder,
    grid: number,
    private readonly options: PadimOptions,
    private readonly random: Random,
  ) {
    this.imageSize = encoder.imageSize;
    this.features = encoder.features;
    this.upsampling = new Upsampling(grid, encoder.imageSize, options.sigma);
  }

  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return this.encoder.encode(pixels);
  }

  /** The concatenated layers, reduced to the sampled features (section III-A): `[g g, B, d]`. */
  private embed(tokens: readonly tf.Tensor3D[]): tf.Tensor3D {
    return tf.tidy(() => tf.transpose(tf.gather(tf.concat([...tokens], 2), this.kept as tf.Tensor1D, 2), [1, 0, 2]));
  }

  /**
   * Samples the features and learns the Gaussians (section III-B, equation 1):
   * Σ = 1 / (K - 1) Σ_k (x_k - μ)(x_k - μ)ᵀ + ε I; for a single image only ε I.
   */
  fit(support: readonly tf.Tensor3D[]): void {
    const width = support.reduce((sum, layer) => sum + layer.shape[2], 0);
    const d = Math.min(this.options.dimensions, width);
    const [, positions] = support[0].shape;
    if (positions * d * d > LARGEST) {
      const size = gigabytes(positions * d * d * 4);
      throw new UserError(`baseline.padim.dimensions: ${positions} covariances of ${d} features take ${size}; set fewer dimensions`);
    }
    const drawn = this.random.shuffle(Array.from({ length: width }, (_, i) => i)).slice(0, d);
    this.kept = tf.tensor1d(Int32Array.from(drawn).sort(), 'int32');
    const embedded = this.embed(support);
    const images = embedded.shape[1];
    this.mean = tf.tidy(() => tf.mean(embedded, 1, true) as tf.Tensor3D);
    const centred = tf.tidy(() => tf.sub(embedded, this.mean as tf.Tensor3D).dataSync() as Float32Array);
    const whitening = new Float32Array(positions * d * d);
    for (let p = 0; p < positions; p++) {
      const covariance = this.covariance(centred.subarray(p * images * d, (p + 1) * images * d), images, d);
      cholesky(covariance, d);
      invertLower(covariance, d);
      whitening.set(covariance, p * d * d);
    }
    this.whitening = tf.tensor3d(whitening, [positions, d, d]);
    embedded.dispose();
  }

  /** Σ of centred rows `[K, d]`; only the lower triangle, the rest is 0. */
  private covariance(rows: Float32Array, images: number, d: number): Float64Array {
    const sum = new Float64Array(d * d);
    const scale = 1 / Math.max(1, images - 1);
    for (let k = 0; k < images; k++) {
      const row = rows.subarray(k * d, (k + 1) * d);
      for (let i = 0; i < d; i++) {
        const factor = row[i] * scale;
        for (let j = 0, at = i * d; j <= i; j++, at++) sum[at] += factor * row[j];
      }
    }
    for (let i = 0; i < d; i++) sum[i * d + i] += this.options.regularisation;
    return sum;
  }

  /**
   * The Mahalanobis distance (equation 2) as a length: sqrt((x - μ)ᵀ Σ⁻¹ (x - μ)) = |L⁻¹ (x - μ)|.
   */
  score(tokens: readonly tf.Tensor3D[]): BatchScores {
    const [mean, whitening] = [this.mean as tf.Tensor3D, this.whitening as tf.Tensor3D];
    const maps = tf.tidy(() => {
      const white = tf.matMul(tf.sub(this.embed(tokens), mean), whitening, false, true); // [g g, B, d]
      return patchMaps(tf.transpose(tf.sqrt(tf.sum(tf.square(white), 2))) as tf.Tensor2D, this.upsampling);
    });
    return { scores: this.scoreMaps(maps), maps };
  }

  scoreMaps(maps: tf.Tensor3D): tf.Tensor1D {
    return tf.tidy(() => tf.max(maps, [1, 2]));
  }

  dispose(): void {
    this.upsampling.dispose();
    for (const tensor of [this.kept, this.mean, this.whitening]) tensor?.dispose();
  }
}
