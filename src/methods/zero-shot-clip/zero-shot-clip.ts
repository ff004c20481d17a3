import { textOf, type Backbone } from '../../backbones/backbone';
import { unitLength } from '../../backbones/frozen-encoder';
import { tf } from '../../common/tf';
import type { BatchScores } from '../method';
import { Upsampling } from '../mediclip/anomaly-map';
import type { PromptLists } from '../mediclip/prompts';
import { abnormalShare, classFeatures } from '../class-features';
import type { Detector } from '../method';
import type { ZeroShotClipOptions } from './settings';
import { patchMaps } from '../patch-maps';

/**
 * Zero-shot CLIP (Radford et al. 2021, section 3.1) as a detector. Each of the classes "normal" and
 * "abnormal" is the ensemble of a prompt list. The score is the softmax probability of "abnormal"
 * for the image embedding, with CLIP's causal mask.
 *
 * The published CLIP gives no maps. Here, as usual in comparisons, the patch tokens of the last
 * block are treated like the class token (last normalisation, projection, unit length) and compared
 * with the same two features. Such maps are known to come out reversed (Li et al. 2023, CLIP
 * Surgery): a pixel AUROC below one half is not an error here.
 */
export class ZeroShotClip implements Detector {
  readonly features = 'embedding, last tokens projected';
  readonly imageSize: number;
  readonly mapRange = [0, 1] as const;
  private readonly classes: tf.Tensor2D;
  private readonly upsampling: Upsampling;

  constructor(
    private readonly backbone: Backbone,
    prompts: PromptLists,
    private readonly options: ZeroShotClipOptions,
  ) {
    this.imageSize = backbone.imageSize;
    const written = (texts: readonly string[]): string[] => texts.map((text) => `${text.replaceAll('_', ' ')}.`);
    this.classes = classFeatures(textOf(backbone, 'zero-shot CLIP'), {
      normal: written(prompts.normal),
      abnormal: written(prompts.abnormal),
    });
    this.upsampling = new Upsampling(backbone.image.grid, backbone.imageSize);
  }

  /**
   * The image embedding `[B, 1, P]` and the projected patch tokens `[B, g g, P]`, all of unit
   * length.
   */
  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    const { image } = this.backbone;
    return tf.tidy(() => {
      const { embedding, tokens } = image.encode(pixels, [image.depth], { embedding: true });
      return [tf.expandDims(unitLength(embedding as tf.Tensor2D), 1), unitLength(image.projectTokens(tokens[0]))];
    });
  }

  fit(): void {
    // there is nothing to learn
  }

  score([embedding, tokens]: readonly tf.Tensor3D[]): BatchScores {
    const { temperature } = this.options;
    return {
      scores: tf.tidy(() => tf.squeeze(abnormalShare(embedding, this.classes, temperature), [1])),
      maps: tf.tidy(() => patchMaps(abnormalShare(tokens, this.classes, temperature), this.upsampling)),
    };
  }

  dispose(): void {
    this.classes.dispose();
    this.upsampling.dispose();
  }
}
