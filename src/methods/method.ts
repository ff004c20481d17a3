import type { z } from 'zod';
import type { Backbone } from '../backbones/backbone';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import type { tf } from '../common/tf';
import type { Complete } from '../common/complete';
import type { Placement } from '../image/geometry';
import type { PromptLists } from './mediclip/prompts';

/** The scores of a batch; the caller disposes of them. */
export interface BatchScores {
  /** `[B]`, higher is more abnormal. */
  scores: tf.Tensor1D;
  /** `[B, S, S]`, higher is more abnormal; null for methods that do not localise. */
  maps: tf.Tensor3D | null;
}

/**
 * A method that is ready to score images: first the frozen part ({@link FrozenEncoder.encode}),
 * then the learnt part.
 */
export interface Scorer extends FrozenEncoder {
  /**
   * Scores a batch of frozen features.
   * @param placements - where each image lies in its square, if they have borders: a patch that
   * shows only border does not count for a score
   */
  score(features: readonly tf.Tensor3D[], placements?: readonly Placement[]): BatchScores;
  /**
   * The scores of maps, `[B, S, S]` to `[B]`, for methods that score an image by nothing but its
   * map.
   */
  scoreMaps?(maps: tf.Tensor3D): tf.Tensor1D;
  /** The range of values of all maps; null if they have no bound, or if there are no maps. */
  readonly mapRange: readonly [number, number] | null;
  dispose(): void;
}

/**
 * A method without epochs. It is fitted at once to frozen features of normal images, and scores
 * features of others. Training and test images are loaded in the same way.
 */
export interface Detector extends Scorer {
  /**
   * How training images are encoded, if not by {@link FrozenEncoder.encode}: the features of image k
   * also hold what is derived from it, after those of the image itself, `[K, T', C]` each.
   */
  encodeSupport?(pixels: tf.Tensor4D): tf.Tensor3D[];
  /**
   * Learns from the frozen features of all K normal images, `[K, T, C]` each, and does not keep the
   * tensors. Not called for methods that use no training images.
   */
  fit(support: readonly tf.Tensor3D[]): void;
}

/**
 * What a method is created from: a backbone, the settings that several methods share, and its own
 * settings.
 */
export interface Parts<Options> {
  backbone: Backbone;
  /** Name of the data set to which it is fitted. */
  dataset: string;
  /** Determines all of its randomness. */
  seed: number;
  /** Blocks to take tokens from, 1-based; null: the blocks of MediCLIP's adapters. */
  layers: number[] | null;
  prompts: PromptLists;
  /** Its own settings, checked and complete. */
  options: Options;
}

/** The size of the features of one image, to estimate memory and disk space. */
export interface FeatureSize {
  /** Width of the tokens, D. */
  width: number;
  /** Width of the space that images share with text, P. */
  jointWidth: number;
  /** Number of layers that are kept. */
  layers: number;
}

/** What the rest of the program knows about a method without creating it. */
export interface MethodFacts {
  /** Its name in configurations and commands: `patchcore`. */
  name: string;
  /** Its name in papers. */
  label: string;
  /**
   * Names for well-known variants of it, by the settings that differ from the published ones
   * (dotted paths).
   */
  variants?: readonly { changed: Readonly<Record<string, unknown>>; label: string }[];
  /**
   * Its role in tables: the proposed method, the method without training that is shown beside
   * transfer, or a method for comparison.
   */
  role: 'proposed' | 'reference' | 'baseline';
  /** True if it learns in epochs; otherwise it is fitted at once. */
  epochs: boolean;
  /** True if it gives anomaly maps. Methods without maps keep one vector per image. */
  maps: boolean;
  /** A short name of its features, unless they are the layers that MediCLIP adapts. */
  features?: string;
  /** Why it cannot look at an image in tiles (default: it can). */
  noTiles?: string;
  /** Time per image, relative to one pass of the image encoder (default 1). */
  passes?: number;
  /** Numbers per patch that it keeps for an image (default: the width of all its layers). */
  numbersPerPatch?(size: FeatureSize): number;
  /**
   * Keys of the configuration that affect it, in addition to those that every run has (default:
   * all).
   */
  keys?: readonly string[];
}

/** A method without epochs: its facts, its settings, and how it is created. */
export interface DetectorMethod<Name extends string, Key extends string, Schema extends z.ZodTypeAny> extends MethodFacts {
  name: Name;
  epochs: false;
  /** Its own settings are under `baseline.KEY` in the configuration; methods may share them. */
  settings: { key: Key; schema: Schema };
  /** True if it uses training images at all (default: true). */
  seesTraining?(options: Complete<z.infer<Schema>>): boolean;
  /** Creates the method, not yet fitted. */
  create(parts: Parts<Complete<z.infer<Schema>>>): Detector;
}

/** Keys of the configuration that count for methods without epochs. */
const DETECTOR_KEYS = ['baseline', 'layers', 'prompts', 'fit', 'tiles'] as const;

/**
 * An entry of the registry: adds what all methods without epochs share, and keeps the types of its
 * name and settings.
 */
export function detectorMethod<const Name extends string, const Key extends string, Schema extends z.ZodTypeAny>(
  entry: Omit<DetectorMethod<Name, Key, Schema>, 'epochs' | 'keys'>,
): DetectorMethod<Name, Key, Schema> {
  return { ...entry, epochs: false, keys: DETECTOR_KEYS };
}
