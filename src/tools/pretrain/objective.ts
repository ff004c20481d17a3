import { tf } from '../../common/tf';
import type { Random } from '../../common/random';
import type { ClipConfig } from '../../backbones/clip/config';
import { defaultLayers } from '../../backbones/layers';
import type { Precision } from '../../graph/graph';
import type { Parameters } from '../../backbones/checkpoint/parameters';
import { clipImageEncoder } from '../../backbones/clip/towers';
import type { Tokenizer } from '../../backbones/clip/tokenizer/tokenizer';
import { TrainedBlocks } from '../../backbones/transformer/trained-blocks';
import { graphsRun } from '../../graph/runtime';
import type { PretrainBatch } from './batches';
import { placeLoss } from './place';
import { GROUND_PHRASES, Reader, THING_PHRASES } from './reader';
import { crossEntropy, difference, mean, meanWhere, softDice, softMaximum, unit } from './terms';
import type { UsedVocabulary } from '../../models/vocabulary';

/** How much each part of the loss counts. */
export interface ObjectiveWeights {
  /**
   * Patches against the phrases of things and of grounds at the adapters' layers: cross entropy.
   */
  dense: number;
  /** The same by dice loss. */
  dice: number;
  /** The mask by a linear layer on those tokens, without text. */
  mask: number;
  /** The clean patch from the last tokens. */
  restore: number;
  /** Images against captions. */
  contrast: number;
  /** Whether something was put into the image, by its most conspicuous patches. */
  peak: number;
  /** Keeps things and grounds apart: how far the cosine of their means exceeds {@link APART}. */
  separate: number;
  /** Parts of images against the phrases for them. */
  regions: number;
  /** What words that were never read have to do with things. */
  unread: number;
  /** Whether tokens tell where they are. */
  place: number;
}

export const OBJECTIVE_WEIGHTS: ObjectiveWeights = {
  dense: 1,
  dice: 1,
  mask: 1,
  restore: 0.5,
  contrast: 0.15,
  peak: 1,
  separate: 1,
  regions: 0.5,
  unread: 2,
  place: 0.3,
};

/** The names of the parts of the loss, in the order of {@link Objective.losses}. */
export const LOSS_PARTS = ['dense', 'dice', 'mask', 'restore', 'contrast', 'peak', 'separate', 'regions', 'unread', 'place'] as const;

/** The result of one evaluation of the objective. */
export interface ObjectiveResult {
  total: tf.Scalar;
  /** Parts, `[10]`, as in {@link LOSS_PARTS}, unweighted. */
  parts: tf.Tensor1D;
  /** Log odds of "a thing" of the patches at the last layer, `[B g g]`. */
  logits: tf.Tensor1D;
}

/** The least number of phrases of things, and of grounds, that a step reads. */
const LEAST_PHRASES = 4;
/** Number of images of a batch (the first ones) that are matched with their captions. */
const CAPTIONED = 16;
/** Temperature of the dense cosines. */
const SCALE = 8;
/** Temperature of the cosines between parts and phrases. */
const REGION_SCALE = 10;
/** The cosine of the mean features of things and grounds from which on they are no longer driven apart. */
const APART = -0.2;

/**
 * What the compact model learns from:
 *
 * - dense: at the layers where adapters will sit, a linear head maps tokens into the space of the
 * text features. The difference of their cosines with the mean phrase of things and with that of
 * grounds tells which patches were altered. The phrases are read as the few-shot method reads its
 * prompts (eight tokens of context, no mask), so that both towers and their match are trained.
 * - regions: the mean token of a thing, or of the ground around, matches its own phrase among all
 * phrases of the batch, so that features tell what a part is and not only that it is there.
 * - mask: the same masks by a linear layer without text, so that tokens learn from the first step,
 * when phrases still look alike.
 * - separate: the mean features of things and grounds move apart.
 * - restore: the last tokens reconstruct the clean patch.
 * - contrast: image and caption embeddings match (Radford et al. 2021), with captions under the
 * causal mask.
 * - unread: sentences of words that were never read, whose tokens are random, do not tell things from
 * grounds. Otherwise the words of medicine would find what was put in, or its contrary, by accident.
 * - place: twelve fixed directions of the tokens at those layers tell where a patch is; an adapter
 * cannot learn what is normal *here* from a token that does not. Without this part a linear probe
 * explained 24 % of the places at block 3 and 15 % at block 6; now it explains 89 and 92 %.
 * - peak: the soft maximum of the dense log odds tells whether anything was put in.
 */
export class Objective {
  readonly layers: number[];
  private readonly reader: Reader;
  /** The blocks of both towers as graphs, if whole graphs can run. */
  private readonly blocks?: { image: TrainedBlocks; text: TrainedBlocks };

  constructor(
    readonly config: ClipConfig,
    tokenizer: Tokenizer,
    vocabulary: UsedVocabulary,
    precision: Precision,
  ) {
    if (graphsRun()) {
      this.blocks = { image: new TrainedBlocks(config.vision_config, precision), text: new TrainedBlocks(config.text_config, precision) };
    }
    this.layers = defaultLayers(config.vision_config.num_hidden_layers);
    this.reader = new Reader(config, tokenizer, vocabulary, this.blocks?.text.run);
  }

  /** The loss of a batch; call it inside a gradient function. */
  losses(parameters: Parameters, batch: PretrainBatch, random: Random): ObjectiveResult {
    const { vision_config: vision, projection_dim: dim } = this.config;
    const size = batch.pixels.shape[2];
    const image = clipImageEncoder(parameters, vision, dim, [size, size]);
    if (this.blocks) image.transformer.runBlock = this.blocks.image.run;
    const { tokens, embedding } = image.encode(batch.pixels, this.layers, { embedding: true });
    const phrases = stepPhrases(batch, random);
    const features = this.reader.phrases(
      parameters,
      phrases.map(({ text }) => text),
      random,
    );
    const [grounds, things] = [false, true].map((kind) =>
      meanWhere(
        features,
        phrases.map(({ isThing }) => isThing === kind),
      ),
    );
    const direction = tf.reshape(tf.sub(things, grounds), [dim, 1]) as tf.Tensor2D;

    const adapted = tokens.map((layer, i) => this.adapt(parameters, layer, i));
    const layerLogits = adapted.map((rows) => tf.reshape(tf.mul(tf.matMul(rows, direction), SCALE), [-1]) as tf.Tensor1D);
    const target = tf.reshape(batch.patchMask, [-1]) as tf.Tensor1D;
    const dense = mean(layerLogits.map((logits) => crossEntropy(logits, target, 3)));
    const dice = mean(layerLogits.map((logits) => softDice(logits, batch.patchMask)));
    const mask = mean(tokens.map((layer, i) => crossEntropy(plainLogits(parameters, layer, i), target, 3)));
    const restore = this.restoration(parameters, tokens[tokens.length - 1], batch, target);

    const unitImages = unit(embedding as tf.Tensor2D);
    const captioned = Math.min(CAPTIONED, unitImages.shape[0]);
    const contrast = this.contrast(parameters, tf.slice(unitImages, [0, 0], [captioned, dim]), batch.captions.slice(0, captioned));

    const logits = tf.div(tf.addN(layerLogits), layerLogits.length);
    const peak = crossEntropy(softMaximum(logits, batch.patchMask.shape), batch.occupied, 1);

    const separate = tf.relu(tf.sub(tf.sum(tf.mul(grounds, things)), APART)) as tf.Scalar;

    const regions = regionContrast(
      adapted,
      features,
      phrases.map(({ text }) => text),
      batch,
    );

    const unread = this.unread(parameters, unit(image.head.projectTokens(tokens[tokens.length - 1])), unitImages, batch, random);

    const place = placeLoss(tokens);

    const values = { dense, dice, mask, restore, contrast, peak, separate, regions, unread, place };
    const parts = LOSS_PARTS.map((part) => values[part]);
    return {
      total: tf.addN(parts.map((part, i) => tf.mul(part, OBJECTIVE_WEIGHTS[LOSS_PARTS[i]]))) as tf.Scalar,
      parts: tf.stack(parts) as tf.Tensor1D,
      logits: layerLogits[layerLogits.length - 1],
    };
  }

  /** Layer i's tokens in the space of the text features, unit length, `[B g g, D]`. */
  private adapt(parameters: Parameters, tokens: tf.Tensor3D, i: number): tf.Tensor2D {
    const [b, n, width] = tokens.shape;
    const dim = this.config.projection_dim;
    const rows = tf.reshape(tokens, [b * n, width]) as tf.Tensor2D;
    const weight = parameters.get(`head.${i}.weight`, [dim, width]) as tf.Tensor2D;
    return unit(tf.add(tf.matMul(rows, weight, false, true), parameters.get(`head.${i}.bias`, [dim])));
  }

  /**
   * Mean squared error of the clean patches, in standard deviations of CLIP's pixels; altered
   * patches count five times.
   */
  private restoration(parameters: Parameters, tokens: tf.Tensor3D, batch: PretrainBatch, target: tf.Tensor1D): tf.Scalar {
    const [b, n, width] = tokens.shape;
    const p = batch.cleanPatches.shape[1];
    const weight = parameters.get('restore.weight', [p, width]) as tf.Tensor2D;
    const drawn = tf.add(
      tf.matMul(tf.reshape(tokens, [b * n, width]) as tf.Tensor2D, weight, false, true),
      parameters.get('restore.bias', [p]),
    );
    const errors = tf.mean(tf.square(tf.sub(drawn, batch.cleanPatches)), 1);
    return tf.mean(tf.mul(errors, tf.add(1, tf.mul(4, target)))) as tf.Scalar;
  }

  /**
   * Symmetric cross entropy of all pairs of images and captions; equal captions share the target
   * probability.
   */
  private contrast(parameters: Parameters, images: tf.Tensor2D, captions: Int32Array[]): tf.Scalar {
    const texts = this.reader.captions(parameters, captions);
    const scale = tf.exp(tf.clipByValue(parameters.get('logit_scale', []), 0, 4.6));
    const logits = tf.mul(tf.matMul(images, texts, false, true), scale) as tf.Tensor2D;
    const keys = captions.map((ids) => ids.join());
    const same = tf.tensor2d(
      keys.map((a) => {
        const n = keys.filter((b) => a === b).length;
        return keys.map((b) => (a === b ? 1 / n : 0));
      }),
    );
    const oneWay = (z: tf.Tensor2D): tf.Tensor => tf.neg(tf.mean(tf.sum(tf.mul(same, tf.logSoftmax(z)), 1)));
    return tf.div(tf.add(oneWay(logits), oneWay(tf.transpose(logits))), 2) as tf.Scalar;
  }

  /**
   * Mean squared cosine between what distinguishes sentences of random words and what distinguishes
   * things from grounds: in the projected patches, and in the embeddings of whole images.
   */
  private unread(parameters: Parameters, patches: tf.Tensor, images: tf.Tensor2D, batch: PretrainBatch, random: Random): tf.Scalar {
    const texts = this.reader.unread(parameters, random);
    const apart = unit(tf.sub(texts, tf.mean(texts, 0, true)));
    const rows = tf.reshape(patches, [-1, texts.shape[1]]) as tf.Tensor2D;
    const kinds = [difference(rows, tf.reshape(batch.patchMask, [-1]) as tf.Tensor1D), difference(images, batch.occupied)];
    return mean(kinds.map((kind) => tf.mean(tf.square(tf.matMul(apart, kind, false, true))) as tf.Scalar));
  }

  /** Frees the graphs. */
  dispose(): void {
    this.blocks?.image.dispose();
    this.blocks?.text.dispose();
  }
}

/** The distinct phrases of a batch, and others up to the least number of each kind. */
function stepPhrases({ regions }: PretrainBatch, random: Random): { text: string; isThing: boolean }[] {
  return [true, false].flatMap((isThing) => {
    const texts = new Set(regions.phrases.filter((phrase) => phrase.isThing === isThing).map(({ text }) => text));
    for (const text of random.shuffle([...(isThing ? THING_PHRASES : GROUND_PHRASES)])) {
      if (texts.size >= LEAST_PHRASES) break;
      texts.add(text);
    }
    return [...texts].map((text) => ({ text, isThing }));
  });
}

/** Cross entropy of each part of an image over the phrases of the step, averaged over layers. */
function regionContrast(adapted: readonly tf.Tensor2D[], features: tf.Tensor2D, texts: readonly string[], batch: PretrainBatch): tf.Scalar {
  const { phrases, shares } = batch.regions;
  if (phrases.length === 0) return tf.scalar(0);
  const wanted = tf.oneHot(
    phrases.map(({ text }) => texts.indexOf(text)),
    texts.length,
  );
  const layers = adapted.map((rows) => {
    const parts = unit(tf.matMul(shares, rows));
    const logits = tf.mul(tf.matMul(parts, features, false, true), REGION_SCALE);
    return tf.neg(tf.mean(tf.sum(tf.mul(wanted, tf.logSoftmax(logits)), 1))) as tf.Scalar;
  });
  return mean(layers);
}

/** Logits of a linear layer from tokens to one number, `[B g g]`. */
function plainLogits(parameters: Parameters, tokens: tf.Tensor3D, i: number): tf.Tensor1D {
  const [b, n, width] = tokens.shape;
  const rows = tf.reshape(tokens, [b * n, width]) as tf.Tensor2D;
  const weight = parameters.get(`head.${i}.mask.weight`, [1, width]) as tf.Tensor2D;
  return tf.reshape(tf.add(tf.matMul(rows, weight, false, true), parameters.get(`head.${i}.mask.bias`, [1])), [b * n]);
}
