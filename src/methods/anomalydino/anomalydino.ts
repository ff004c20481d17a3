import type { Backbone } from '../../backbones/backbone';
import { unitLength } from '../../backbones/frozen-encoder';
import { checkLayers } from '../../backbones/layers';
import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import type { Placement } from '../../image/geometry';
import { withoutBorder } from '../border';
import type { BatchScores, Detector } from '../method';
import { Upsampling } from '../mediclip/anomaly-map';
import { inPieces } from '../nearest';
import { patchMaps } from '../patch-maps';
import { foreground } from './foreground';
import { rotated } from './rotations';
import type { AnomalydinoOptions } from './settings';

/**
 * AnomalyDINO (Damm et al., WACV 2025, arXiv 2405.14529). The memory M holds the patches p of the
 * normal images and of turned copies of them:
 *
 * - distance of a patch: d(p; M) = min over m in M of 1 - p·m / (|p| |m|)
 * - score of an image: the mean of the highest 1 % of the distances of its patches
 * - map: the distances, enlarged and blurred (σ = 4)
 *
 * With masking, patches of the background have the distance 0.
 *
 * The tokens are those of the last block, after the model's last normalisation. A CLIP also
 * projects them into its joint space.
 */
export class AnomalyDino implements Detector {
  /** Cosine distances. */
  readonly mapRange = [0, 2] as const;
  readonly imageSize: number;
  readonly features: string;
  private readonly image: Backbone['image'];
  private readonly layer: number;
  private readonly upsampling: Upsampling;
  /** M, unit length, `[m, P]`. */
  private memory?: tf.Tensor2D;

  /**
   * @param layers - one block instead of the last
   * @throws UserError if there are several, or the model has no such block
   */
  constructor(
    backbone: Backbone,
    layers: readonly number[] | null,
    private readonly options: AnomalydinoOptions,
  ) {
    const { image, imageSize } = backbone;
    const [layer, ...more] = layers ?? [image.depth];
    if (more.length > 0) throw new UserError(`layers [${(layers as number[]).join(', ')}]: AnomalyDINO takes the tokens of one block`);
    checkLayers([layer], image.depth);
    this.image = image;
    this.layer = layer;
    this.imageSize = imageSize;
    this.features = `projected layer ${layer}`;
    this.upsampling = new Upsampling(image.grid, imageSize, options.sigma);
  }

  /** Patch tokens, `[B, g g, P]`. */
  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return tf.tidy(() => [this.image.projectTokens(this.image.encode(pixels, [this.layer]).tokens[0])]);
  }

  /**
   * Patch tokens of the images and then of their turned copies, `[B, rotations · g g, P]`. Images
   * are turned by equal steps of a full turn.
   */
  encodeSupport(pixels: tf.Tensor4D): tf.Tensor3D[] {
    const { rotations } = this.options;
    const values = rotations > 1 ? (pixels.dataSync() as Float32Array) : new Float32Array(0);
    return tf.tidy(() => {
      const turned = Array.from({ length: rotations - 1 }, (_, i) => {
        const degrees = (360 * (i + 1)) / rotations;
        return tf.tidy(() => this.encode(tf.tensor4d(this.turnAll(values, degrees), pixels.shape))[0]);
      });
      return [tf.concat([...this.encode(pixels), ...turned], 1)];
    });
  }

  /** All images `[B, 3, S, S]`, turned. */
  private turnAll(values: Float32Array, degrees: number): Float32Array {
    const one = 3 * this.imageSize ** 2;
    const out = new Float32Array(values.length);
    for (let at = 0; at < values.length; at += one) out.set(rotated(values.subarray(at, at + one), this.imageSize, degrees), at);
    return out;
  }

  fit([support]: readonly tf.Tensor3D[]): void {
    const [k, n, c] = support.shape;
    this.memory = tf.tidy(() => unitLength(tf.reshape(support, [k * n, c]) as tf.Tensor2D));
  }

  /** @param tokens - of {@link encode}, or of {@link encodeSupport}, of which only the images as they are count */
  score([tokens]: readonly tf.Tensor3D[], placements?: readonly Placement[]): BatchScores {
    const { masking, topShare } = this.options;
    const patches = this.image.grid ** 2;
    const top = Math.max(1, Math.floor(patches * topShare + 1e-9));
    return tf.tidy(() => {
      const [b, , c] = tokens.shape;
      const own = tf.slice(tokens, [0, 0, 0], [b, patches, c]);
      const all = tf.reshape(this.distances(tf.reshape(own, [b * patches, c])), [b, patches]) as tf.Tensor2D;
      const distances = masking ? tf.mul(all, this.foregrounds(own)) : all;
      const scores = tf.mean(tf.topk(withoutBorder(distances as tf.Tensor2D, placements), top, false).values, 1) as tf.Tensor1D;
      return { scores, maps: patchMaps(distances as tf.Tensor2D, this.upsampling) };
    });
  }

  /** d(p; M) of rows `[R, P]`: `[R]`. */
  private distances(rows: tf.Tensor2D): tf.Tensor1D {
    const memory = this.memory as tf.Tensor2D;
    return inPieces(unitLength(rows), memory.shape[0], (piece) =>
      tf.maximum(0, tf.sub(1, tf.max(tf.matMul(piece, memory, false, true), 1))),
    );
  }

  /** 1 for the patches of the foreground, `[B, g g]`. */
  private foregrounds(tokens: tf.Tensor3D): tf.Tensor2D {
    const { grid } = this.image;
    const values = tokens.dataSync() as Float32Array;
    const [b, n, c] = tokens.shape;
    const masks = Array.from({ length: b }, (_, i) =>
      foreground(values.subarray(i * n * c, (i + 1) * n * c), grid, this.options.maskThreshold),
    );
    return tf.tensor2d(
      masks.map((mask) => [...mask]),
      [b, n],
    );
  }

  dispose(): void {
    this.memory?.dispose();
    this.upsampling.dispose();
  }
}
