import { textOf, type Backbone } from '../../backbones/backbone';
import { unitLength } from '../../backbones/frozen-encoder';
import { tf } from '../../common/tf';
import type { Placement } from '../../image/geometry';
import { withoutBorder } from '../border';
import type { BatchScores } from '../method';
import { Upsampling } from '../mediclip/anomaly-map';
import { abnormalShare, classFeatures } from '../class-features';
import type { Detector } from '../method';
import { inPieces } from '../nearest';
import type { WinclipOptions } from './settings';
import { patchMaps } from '../patch-maps';
import { composePrompts } from './prompts';
import { coverage, harmonicMean, windowPatches } from './windows';

/** Least distance to the memory, because reciprocals are taken. */
const LEAST = 1e-6;

/**
 * WinCLIP and WinCLIP+ (Jeong et al. 2023). CLIP looks at the whole image and at all small windows
 * of patches. Each is compared with an ensemble of prompts for the states "normal" and "damaged"
 * and, if there are normal images, with their windows at all positions.
 *
 * Simplifications: the patch features of the memory are the tokens after the last block but one,
 * which is our reading of "penultimate" (anomalib takes those after the last block). A window
 * larger than the grid is the whole grid.
 */
export class WinClip implements Detector {
  readonly features: string;
  readonly imageSize: number;
  readonly mapRange = [0, 1] as const;
  private readonly classes: tf.Tensor2D;
  private readonly upsampling: Upsampling;
  private readonly windows: number[][][];
  private readonly covers: tf.Tensor2D[];
  /** References R of unit length: windows of each side `[K W, P]`, then patches `[K g g, D]`. */
  private memory: tf.Tensor2D[] = [];

  /** @param object - what the images show: "brain MRI" */
  constructor(
    private readonly backbone: Backbone,
    private readonly options: WinclipOptions,
    object: string,
  ) {
    this.imageSize = backbone.imageSize;
    const { grid } = backbone.image;
    this.features = `embedding, windows ${options.windows.join()}, tokens of the last block but one`;
    this.windows = options.windows.map((side) => windowPatches(grid, side));
    const prompts = (states: readonly string[]): string[] => composePrompts(states, options.templates, object);
    this.classes = classFeatures(textOf(backbone, 'WinCLIP'), {
      normal: prompts(options.states.normal),
      abnormal: prompts(options.states.abnormal),
    });
    this.covers = this.windows.map((windows) => coverage(windows, grid * grid));
    this.upsampling = new Upsampling(grid, backbone.imageSize);
  }

  /**
   * Embeddings of the image `[B, 1, P]` and of the windows of each side `[B, W, P]`, and patch
   * tokens `[B, g g, D]`, all of unit length.
   */
  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    const { image } = this.backbone;
    return tf.tidy(() => {
      const { embedding, tokens } = image.encode(pixels, [Math.max(1, image.depth - 1)], { embedding: true });
      return [
        tf.expandDims(unitLength(embedding as tf.Tensor2D), 1),
        ...this.windows.map((windows) => unitLength(image.encodeParts(pixels, windows))),
        unitLength(tokens[0]),
      ] as tf.Tensor3D[];
    });
  }

  fit([, ...support]: readonly tf.Tensor3D[]): void {
    tf.dispose(this.memory);
    this.memory = tf.tidy(() => support.map((layer) => tf.clone(tf.reshape(layer, [-1, layer.shape[2]])) as tf.Tensor2D));
  }

  score(features: readonly tf.Tensor3D[], placements?: readonly Placement[]): BatchScores {
    const { scores, values } = tf.tidy(() => {
      const image = abnormalShare(features[0], this.classes, this.options.temperature); // [B, 1]
      const language = this.languageMap(image, features.slice(1, -1));
      if (!this.options.fewShot) return { scores: tf.squeeze(image, [1]) as tf.Tensor1D, values: language };
      const seen = this.associationMap(features.slice(1));
      // section 4.3: the final score is the mean of the language score and the highest memory
      // score; the final map is the mean of both maps
      return {
        scores: tf.div(tf.add(tf.squeeze(image, [1]), tf.max(withoutBorder(seen, placements), 1)), 2) as tf.Tensor1D,
        values: tf.div(tf.add(language, seen), 2) as tf.Tensor2D,
      };
    });
    const maps = patchMaps(values, this.upsampling);
    values.dispose();
    return { scores, maps };
  }

  /**
   * Zero-shot map (section 4.2): the harmonic mean of the score of the image and those of the
   * windows of each side, `[B, g g]`.
   */
  private languageMap(image: tf.Tensor2D, windows: readonly tf.Tensor3D[]): tf.Tensor2D {
    const sides = windows.map((embeddings, i) =>
      harmonicMean(abnormalShare(embeddings, this.classes, this.options.temperature), this.covers[i]),
    );
    const reciprocals = [tf.mul(tf.reciprocal(image), tf.onesLike(sides[0])), ...sides.map((side) => tf.reciprocal(side))];
    return tf.div(reciprocals.length, tf.addN(reciprocals));
  }

  /**
   * Reference association (section 4.3, equation 4): the mean, over the windows of each side and
   * the patches, of the least ½ (1 - cosine), `[B, g g]`.
   */
  private associationMap(features: readonly tf.Tensor3D[]): tf.Tensor2D {
    const maps = features.map((layer, i) => {
      const [b, t, c] = layer.shape;
      const bank = this.memory[i];
      const rows = tf.reshape(layer, [b * t, c]) as tf.Tensor2D;
      const closest = inPieces(rows, bank.shape[0], (piece) => tf.max(tf.matMul(piece, bank, false, true), 1));
      const distances = tf.maximum(tf.reshape(tf.div(tf.sub(1, closest), 2), [b, t]), LEAST) as tf.Tensor2D;
      return i < this.covers.length ? harmonicMean(distances, this.covers[i]) : distances;
    });
    return tf.div(tf.addN(maps), maps.length);
  }

  dispose(): void {
    tf.dispose([this.classes, this.covers, this.memory]);
    this.upsampling.dispose();
  }
}
