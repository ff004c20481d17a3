import type { BackboneFacts, Tokenizer } from './backbone';
import type { ExpectedWeights } from './checkpoint/check-weights';
import type { CheckpointFiles } from './checkpoint/checkpoint-files';
import type { Checkpoint } from './checkpoint/parameters';
import type { Preprocessing } from './checkpoint/preprocessing';
import type { WeightNames } from './checkpoint/weight-files';
import type { ImageEncoder } from './transformer/image-encoder';
import type { TextModel } from './transformer/text-model';

/** Height and width of images in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** A family of backbones: how its checkpoints are recognised, checked and loaded. */
export interface Family {
  /** Its name, as `BackboneFacts.family`. */
  readonly name: string;
  /** What a checkpoint of it is called in errors: `a Hugging Face CLIPModel`. */
  readonly title: string;
  /** The file by which it is recognised. */
  readonly config: string;
  /** The files with its weights. */
  readonly weights: WeightNames;
  /** Other files that it reads, if they are there: preprocessing, tokenizer. */
  readonly settings: readonly string[];
  /** True if {@link config} is there and describes a checkpoint of this family. */
  recognises(files: CheckpointFiles): boolean;
  /**
   * Checks the small files as far as that is possible without weights, for instance before these
   * are fetched.
   * @throws UserError if one is damaged, or asks for something that is not supported
   */
  checkSettings(files: CheckpointFiles): void;
  /**
   * Reads the configuration and compares the headers of the weights with it.
   * @throws UserError if files are missing or wrong, or give weights or pixels an unknown meaning
   */
  read(files: CheckpointFiles): ReadCheckpoint;
}

/** A checkpoint of which everything but the weights has been read. */
export interface ReadCheckpoint {
  facts: BackboneFacts;
  checkpoint: Checkpoint;
  expected: ExpectedWeights;
  /** Tensors that belong to no part of the model and have no effect. */
  unused: readonly string[];
  /** The names of the files beside the weights that were read. */
  settings: readonly string[];
  /** How the checkpoint wants its pixels. */
  preprocessing: Preprocessing;
  /** Loads the image encoder for images of a size, with the learned positions resized to it. */
  loadImage(size: ImageSize): ImageEncoder;
  /** Loads the text encoder; undefined for families that know only images. */
  loadText?: () => TextModel;
  /** The tokenizer from the files of the checkpoint (default: CLIP's own). */
  tokenizer?: () => Tokenizer;
}
