import type { tf } from '../../common/tf';
import type { ChannelStats } from '../../image/pixel-values';
import { readChannelStats, renormalisation } from './channel-stats';
import { CONFIG, readClipConfig, type ClipConfig } from './config';
import { execution } from '../../graph/execution';
import type { Backbone, ImageTower, TextTower } from '../backbone';
import type { CheckpointFiles } from '../checkpoint-files';
import { encodeParts } from './encode-parts';
import { ImageEncoder } from './image-encoder';
import { ImageEncoderGraph } from './image-encoder-graph';
import { Checkpoint } from './parameters';
import { preprocessingFile } from './preprocessing';
import { endPositions, TextEncoder } from './text-encoder';
import { TextEncoderGraph } from './text-encoder-graph';
import type { Tokenizer } from './tokenizer/tokenizer';

/** Options for opening a CLIP. */
export interface ClipOptions {
  /**
   * S in pixels (default: the checkpoint's own); for another size the positions are resized
   * bicubically.
   */
  imageSize?: number;
  /** Returns CLIP's tokenizer; called when texts are first encoded. */
  tokenizer: () => Tokenizer;
  /** Receives notes about unused weights (default: the console). */
  onNote?: (line: string) => void;
}

/** A frozen CLIP. Each tower is loaded on first use and can be disposed of separately. */
export class Clip implements Backbone {
  readonly family = 'clip';
  private loadedImage?: ImageEncoder;
  private imageGraph?: ImageEncoderGraph;
  private loadedText?: TextEncoder;
  /** By whether the mask is causal. */
  private readonly textGraphs = new Map<boolean, TextEncoderGraph>();

  private constructor(
    readonly config: ClipConfig,
    private readonly checkpoint: Checkpoint,
    readonly imageSize: number,
    /** Converts the pixels of this project to the checkpoint's; undefined if they are the same. */
    private readonly renormalised: ((pixels: tf.Tensor4D) => tf.Tensor4D) | undefined,
    private readonly tokenizer: () => Tokenizer,
  ) {}

  /**
   * Opens a Hugging Face `CLIPModel`; no weights are read yet. A backend must be ready before it
   * encodes.
   * @throws UserError if files are missing or wrong, or give weights or pixels an unknown meaning
   */
  static open(files: CheckpointFiles, { imageSize, tokenizer, onNote = console.warn }: ClipOptions): Clip {
    const { config, checkpoint, stats, unused } = readFiles(files);
    noteUnused(files.name, unused, onNote);
    return new Clip(config, checkpoint, imageSize ?? config.vision_config.image_size, renormalisation(stats), tokenizer);
  }

  /**
   * Reads all of a checkpoint once without keeping it, so that every fault is reported before any
   * work, even for methods that use few weights or none.
   * @throws UserError as {@link Clip.open}, and if a weight is NaN or infinite
   */
  static check(files: CheckpointFiles): void {
    const { config, checkpoint } = readFiles(files);
    checkpoint.checkFinite(config);
  }

  /** The paths of the files of a checkpoint: its configurations and its weights. */
  static files(files: CheckpointFiles): string[] {
    return [...[CONFIG, ...preprocessingFile(files)].map((file) => files.pathOf(file)), ...Checkpoint.open(files).paths];
  }

  get jointWidth(): number {
    return this.config.projection_dim;
  }

  get image(): ImageTower {
    const { imageEncoder, frozenImageEncoder } = this;
    return {
      grid: imageEncoder.grid,
      width: this.config.vision_config.hidden_size,
      depth: imageEncoder.transformer.depth,
      encode: (pixels, layers, options) => frozenImageEncoder.encode(pixels, layers, options),
      projectTokens: (tokens) => imageEncoder.projectTokens(tokens),
      encodeParts: (pixels, parts) => encodeParts(imageEncoder, this.embedImage(pixels), parts),
    };
  }

  get text(): TextTower {
    const { textEncoder, frozenTextEncoder } = this;
    return {
      tokenizer: this.tokenizer(),
      positions: textEncoder.config.max_position_embeddings,
      width: textEncoder.config.hidden_size,
      ends: endPositions,
      embedTokens: (ids) => textEncoder.embedTokens(ids),
      encode: (embedded, ends, causal) => frozenTextEncoder.encode(embedded, ends, causal),
      encodeOnce: (embedded, ends, causal) => textEncoder.encode(embedded, ends, causal),
    };
  }

  get imageEncoder(): ImageEncoder {
    this.loadedImage ??= new ImageEncoder(this.checkpoint, this.config.vision_config, this.config.projection_dim, this.imageSize);
    return this.loadedImage;
  }

  /**
   * The image encoder without gradients: a whole graph if graphs can run ({@link execution}), else
   * {@link imageEncoder}. It expects pixels normalised by `CLIP_STATS`, whatever the checkpoint was
   * trained on.
   */
  get frozenImageEncoder(): Pick<ImageEncoder, 'encode'> {
    const { fastestImageEncoder: encoder } = this;
    if (!this.renormalised) return encoder;
    return { encode: (pixels, ...how) => this.withOwnPixels(pixels, (own) => encoder.encode(own, ...how)) };
  }

  /**
   * Hidden state 0 of an image, `[B, g g + 1, D]`, of the same pixels as {@link
   * frozenImageEncoder}.
   */
  embedImage(pixels: tf.Tensor4D): tf.Tensor3D {
    return this.withOwnPixels(pixels, (own) => this.imageEncoder.embed(own));
  }

  /** Calls a function with pixels normalised as in the training of the checkpoint. */
  private withOwnPixels<T>(pixels: tf.Tensor4D, use: (own: tf.Tensor4D) => T): T {
    const own = this.renormalised?.(pixels);
    try {
      return use(own ?? pixels);
    } finally {
      own?.dispose();
    }
  }

  private get fastestImageEncoder(): Pick<ImageEncoder, 'encode'> {
    const how = execution();
    if (how === 'plain') return this.imageEncoder;
    this.imageGraph ??= new ImageEncoderGraph(this.imageEncoder, how === 'bfloat16' ? 'bfloat16' : 'float32');
    return this.imageGraph;
  }

  get textEncoder(): TextEncoder {
    this.loadedText ??= new TextEncoder(this.checkpoint, this.config.text_config, this.config.projection_dim);
    return this.loadedText;
  }

  /**
   * The text encoder with gradients only for the embeddings: whole graphs if graphs can run, else
   * {@link textEncoder}.
   */
  get frozenTextEncoder(): Pick<TextEncoder, 'encode'> {
    const { textEncoder, textGraphs } = this;
    if (execution() === 'plain') return textEncoder;
    return {
      encode: (embedded, ends, causal) => {
        const graph = textGraphs.get(causal) ?? new TextEncoderGraph(textEncoder, causal);
        textGraphs.set(causal, graph);
        return graph.encode(embedded, ends);
      },
    };
  }

  dispose(): void {
    this.textGraphs.forEach((graph) => graph.dispose());
    this.textGraphs.clear();
    this.imageGraph?.dispose();
    this.loadedImage?.dispose();
    this.loadedText?.dispose();
    this.imageGraph = undefined;
    this.loadedImage = undefined;
    this.loadedText = undefined;
  }
}

/** Reads the configuration and checks the files against each other; no weights are read. */
function readFiles(files: CheckpointFiles): { config: ClipConfig; checkpoint: Checkpoint; stats: ChannelStats; unused: string[] } {
  const checkpoint = Checkpoint.open(files); // first, so that a folder which is no checkpoint is named as what it is
  const config = readClipConfig(files);
  const unused = checkpoint.check(config);
  return { config, checkpoint, stats: readChannelStats(files, config.vision_config.image_size), unused };
}

/** Notes which tensors of a checkpoint are not used, as transformers does. */
function noteUnused(where: string, names: readonly string[], onNote: (line: string) => void): void {
  if (names.length === 0) return;
  const first = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  onNote(`${where}: ${first}${more}: not part of a CLIP, not used`);
}
