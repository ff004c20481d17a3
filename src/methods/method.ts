import type { z } from 'zod';
import type { Backbone } from '../backbones/backbone';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import type { tf } from '../common/tf';
import type { Complete } from '../common/complete';
import type { PromptLists } from './mediclip/prompts';

/** What a method says of a batch; the caller disposes of it. */
export interface BatchScores {
  /** `[B]`, higher is more abnormal. */
  scores: tf.Tensor1D;
  /** `[B, S, S]`, higher is more abnormal; null for methods that do not localise. */
  maps: tf.Tensor3D | null;
}

/** A method that is ready to score images: first what is frozen ({@link FrozenEncoder.encode}), then what was learnt. */
export interface Scorer extends FrozenEncoder {
  /** Scores a batch of frozen features. */
  score(features: readonly tf.Tensor3D[]): BatchScores;
  /** The values between which all maps lie; null where there is no bound, or no map. */
  readonly mapRange: readonly [number, number] | null;
  dispose(): void;
}

/**
 * A method without epochs: it is fitted to frozen features of normal images, at once, and scores features of others. Training and
 * test images are loaded alike.
 */
export interface Detector extends Scorer {
  /** Learns from the frozen features of all K normal images, `[K, T, C]` each; does not keep the tensors. Not called for methods that see none. */
  fit(support: readonly tf.Tensor3D[]): void;
}

/** What a method can be made from: a backbone, the keys of the configuration that several methods share, and its own. */
export interface Parts<Options> {
  backbone: Backbone;
  /** Name of the data set that it is fitted to. */
  dataset: string;
  /** Decides everything that is random in it. */
  seed: number;
  /** Blocks to take tokens from, 1-based; null: those of MediCLIP's adapters. */
  layers: number[] | null;
  prompts: PromptLists;
  /** Its own settings, checked and complete. */
  options: Options;
}

/** How much of the backbone's output an image leaves behind, to estimate memory and disk. */
export interface FeatureSize {
  /** Width of the tokens, D. */
  width: number;
  /** Width of the space that images share with text, P. */
  jointWidth: number;
  /** How many layers are kept. */
  layers: number;
}

/** What the rest of the program knows of any method without making it. */
export interface MethodFacts {
  /** As configurations and commands have it: `patchcore`. */
  name: string;
  /** Its name in papers. */
  label: string;
  /** Names for well-known variants of it, by the settings that differ from the published ones (dotted paths). */
  variants?: readonly { changed: Readonly<Record<string, unknown>>; label: string }[];
  /** In tables: the method that this project is about, the one that needs no training and stands beside transfer, or one to compare with. */
  role: 'proposed' | 'reference' | 'baseline';
  /** Whether it learns in epochs; else it is fitted at once. */
  epochs: boolean;
  /** Whether it says where an anomaly is; methods that do not keep one vector per image. */
  maps: boolean;
  /** What it takes from an image, in a word, where that is not the layers that MediCLIP adapts. */
  features?: string;
  /** How much longer than one pass of the image encoder an image takes (default 1). */
  passes?: number;
  /** Numbers per patch that it keeps of an image (default: the width of all its layers). */
  numbersPerPatch?(size: FeatureSize): number;
  /** Keys of the configuration that count for it, beside those of the run's size (default: all). */
  keys?: readonly string[];
}

/** A method without epochs: its facts, its settings, and how it is made. */
export interface DetectorMethod<Name extends string, Key extends string, Schema extends z.ZodTypeAny> extends MethodFacts {
  name: Name;
  epochs: false;
  /** Its own settings lie in the configuration under `baseline.KEY`; methods may share them. */
  settings: { key: Key; schema: Schema };
  /** Whether it looks at training images at all (default: yes). */
  seesTraining?(options: Complete<z.infer<Schema>>): boolean;
  /** The method, not yet fitted. */
  create(parts: Parts<Complete<z.infer<Schema>>>): Detector;
}

/** An entry of the registry, with the types of its name and settings kept. */
export function detectorMethod<const Name extends string, const Key extends string, Schema extends z.ZodTypeAny>(
  entry: DetectorMethod<Name, Key, Schema>,
): DetectorMethod<Name, Key, Schema> {
  return entry;
}
