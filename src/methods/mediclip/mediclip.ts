import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import type { Random } from '../../common/random';
import { textOf, type Backbone } from '../../backbones/backbone';
import { layerEncoder, unitLength, type FrozenEncoder } from '../../backbones/frozen-encoder';
import { checkLayers } from '../../backbones/layers';
import { adapt, initialAdapters } from './adapter';
import { abnormalProbability, layerMap, Upsampling } from './anomaly-map';
import { batchTerms, LOSS_NAMES, PUBLISHED_LOSSES, weightedLoss, type LossName, type LossWeights } from './losses';
import type { ScoreRule } from './image-score';
import type { MediClipOptions } from './options';
import { PromptLearner, type NamedTensors } from './prompt-learner';

/** Each loss, and `total`, their weighted sum; one number each. */
export type Losses = Record<LossName | 'total', tf.Scalar>;

/**
 * MediCLIP (Zhang et al., MICCAI 2024): a frozen CLIP whose patch tokens pass through one adapter
 * per layer and are compared with learnable prompts for "normal" and "abnormal".
 */
export class MediClip implements FrozenEncoder {
  readonly prompts: PromptLearner;
  /** The trained parameters, by their published names. */
  readonly parameters: Record<string, tf.Variable>;
  private readonly upsampling: Upsampling;
  private readonly encoder: FrozenEncoder;

  constructor(
    readonly backbone: Backbone,
    readonly options: MediClipOptions,
    random: Random,
  ) {
    if (options.adapters === false && options.contextTokens === 0) {
      throw new UserError('no adapters and no learnable tokens: nothing is left to train', 2);
    }
    const { image, imageSize, jointWidth } = backbone;
    checkLayers(options.layers, image.depth);
    const text = textOf(backbone, 'MediCLIP');
    if (options.causalTextMask && !text.causal) {
      throw new UserError(`causalTextMask: the text tower of ${backbone.family} has no causal mask; set it to false`, 2);
    }
    this.prompts = new PromptLearner(text, options);
    this.encoder = layerEncoder(backbone, options.layers);
    this.upsampling = new Upsampling(image.grid, imageSize);
    const initial = {
      ...this.prompts.initialContexts(random),
      ...(options.adapters === false ? {} : initialAdapters(options.layers.length, image.width, jointWidth, random)),
    };
    this.parameters = Object.fromEntries(Object.entries(initial).map(([name, value]) => [name, asVariable(value)]));
  }

  /** Frozen patch tokens of the chosen layers: `[B, 3, S, S]` to `[B, g g, C]` each. */
  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return this.encoder.encode(pixels);
  }

  get imageSize(): number {
    return this.encoder.imageSize;
  }

  /** The layers as text. */
  get features(): string {
    return this.encoder.features;
  }

  /**
   * Text features of the two classes, `[D, 2]`; the same for all images until the next training
   * step.
   */
  textFeatures(): tf.Tensor2D {
    return tf.tidy(() => this.prompts.features(this.parameters).classes);
  }

  /** The cosine map of each layer, `[B, 2, g, g]`. */
  layerMaps(tokens: readonly tf.Tensor3D[], textFeatures: tf.Tensor2D): tf.Tensor4D[] {
    return tokens.map((layer, i) => tf.tidy(() => layerMap(this.towardsText(layer, i), textFeatures)));
  }

  /**
   * Tokens of layer i in the space of the text features, of unit length: `[B, g g, C]` to `[B, g g,
   * D]`.
   */
  private towardsText(tokens: tf.Tensor3D, i: number): tf.Tensor3D {
    if (this.options.adapters !== false) return adapt(tokens, this.parameters, i);
    return unitLength(this.backbone.image.projectTokens(tokens));
  }

  /** The mean over layers, resized: `[B, 2, S, S]`. */
  resizedMap(layerMaps: readonly tf.Tensor4D[]): tf.Tensor4D {
    return tf.tidy(() => this.upsampling.apply(tf.div(tf.addN([...layerMaps]), layerMaps.length)));
  }

  /** The anomaly map: probability of "abnormal" at each pixel, `[B, S, S]`. */
  anomalyMap(tokens: readonly tf.Tensor3D[], textFeatures: tf.Tensor2D): tf.Tensor3D {
    return tf.tidy(() => abnormalProbability(this.resizedMap(this.layerMaps(tokens, textFeatures))));
  }

  /**
   * All losses of a batch of B images, and their weighted sum.
   * @param tokens - frozen tokens
   * @param mask - `[M, S, S]`, of the first M images; the others are abnormal ({@link batchTerms})
   * @param rule - how the score of an image without a mask follows from its map
   */
  losses(tokens: readonly tf.Tensor3D[], mask: tf.Tensor3D, weights: LossWeights = PUBLISHED_LOSSES, rule?: ScoreRule): Losses {
    return tf.tidy(() => {
      const terms = batchTerms(this.anomalyMap(tokens, this.textFeatures()), mask, rule);
      return { ...terms, total: weightedLoss(terms, weights) };
    });
  }

  /**
   * Losses before a step and the gradients of their weighted sum, without reading tensors back.
   * @returns `losses`, `[L]` in the order of `LOSS_NAMES`, each without its weight; `gradients` by
   * parameter. The caller disposes of both.
   */
  gradients(
    tokens: readonly tf.Tensor3D[],
    mask: tf.Tensor3D,
    weights: LossWeights = PUBLISHED_LOSSES,
    rule?: ScoreRule,
  ): { losses: tf.Tensor1D; gradients: NamedTensors } {
    let parts: tf.Tensor1D | undefined;
    const variables = Object.values(this.parameters);
    const { value, grads } = tf.variableGrads(() => {
      const losses = this.losses(tokens, mask, weights, rule);
      parts = tf.keep(tf.stack(LOSS_NAMES.map((name) => losses[name]))) as tf.Tensor1D;
      return losses.total;
    }, variables);
    value.dispose();
    const gradients = Object.fromEntries(Object.entries(this.parameters).map(([name, variable]) => [name, grads[variable.name]]));
    return { losses: parts as unknown as tf.Tensor1D, gradients };
  }

  dispose(): void {
    this.prompts.dispose();
    this.upsampling.dispose();
    tf.dispose(Object.values(this.parameters));
  }
}

function asVariable(initial: tf.Tensor): tf.Variable {
  const variable = tf.variable(initial);
  initial.dispose();
  return variable;
}
