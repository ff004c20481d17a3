import type { Clip } from '../../backbones/clip/clip';
import { unitLength } from '../../backbones/clip/frozen-encoder';
import type { Tokenizer } from '../../backbones/clip/tokenizer/tokenizer';
import { tf } from '../../common/backend';
import type { BatchScores } from '../method';
import { Upsampling } from '../mediclip/anomaly-map';
import type { PromptLists } from '../mediclip/prompts';
import { abnormalShare, classFeatures } from '../class-features';
import type { Detector } from '../method';
import type { ZeroShotClipOptions } from './settings';
import { patchMaps } from '../patch-maps';

/**
 * Zero-shot CLIP (Radford et al. 2021, section 3.1) as a detector: the classes are "normal" and "abnormal", each the ensemble of a
 * prompt list as it is written, and the score is the softmax's share of "abnormal" for the image embedding, with CLIP's causal mask.
 *
 * The published CLIP gives no maps. Here, as usual where it is compared with methods that do, the patch tokens of the last block take
 * the class token's way (last normalisation, projection, unit length) and are compared with the same two features. Such maps are known
 * to come out reversed (Li et al. 2023, CLIP Surgery): an AUROC of pixels below one half is no mistake here.
 */
export class ZeroShotClip implements Detector {
  readonly features = 'embedding, last tokens projected';
  readonly imageSize: number;
  readonly mapRange = [0, 1] as const;
  private readonly classes: tf.Tensor2D;
  private readonly upsampling: Upsampling;

  constructor(
    private readonly clip: Clip,
    tokenizer: Tokenizer,
    prompts: PromptLists,
    private readonly options: ZeroShotClipOptions,
  ) {
    this.imageSize = clip.imageSize;
    const written = (texts: readonly string[]): string[] => texts.map((text) => `${text.replaceAll('_', ' ')}.`);
    this.classes = classFeatures(clip, tokenizer, { normal: written(prompts.normal), abnormal: written(prompts.abnormal) });
    this.upsampling = new Upsampling(clip.imageEncoder.grid, clip.imageSize);
  }

  /** The image embedding `[B, 1, P]` and the projected patch tokens `[B, g g, P]`, unit length. */
  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    const { imageEncoder: encoder, frozenImageEncoder: frozen } = this.clip;
    return tf.tidy(() => {
      const { embedding, tokens } = frozen.encode(pixels, [encoder.transformer.depth], { embedding: true });
      return [tf.expandDims(unitLength(embedding as tf.Tensor2D), 1), unitLength(encoder.projectTokens(tokens[0]))];
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
