import path from 'node:path';
import { type tf } from '../../common/tf';
import { initBackend } from '../../common/node/backend';
import { printable } from '../../common/printable';
import type { ChannelStats } from '../../image/pixel-values';
import { readChannelStats, renormalisation } from './channel-stats';
import { readClipConfig, type ClipConfig } from './config';
import { execution } from '../../graph/execution';
import type { Backbone, ImageTower, TextTower } from '../backbone';
import { encodeParts } from './encode-parts';
import { ImageEncoder } from './image-encoder';
import { ImageEncoderGraph } from './image-encoder-graph';
import { Checkpoint } from './parameters';
import { preprocessingFile } from './preprocessing';
import { endPositions, TextEncoder } from './text-encoder';
import { TextEncoderGraph } from './text-encoder-graph';
import { Tokenizer } from './tokenizer/tokenizer';

/** A frozen CLIP. Each tower is loaded when it is first used and may be disposed of alone. */
export class Clip implements Backbone {
  readonly family = 'clip';
  private loadedImage?: ImageEncoder;
  private imageGraph?: ImageEncoderGraph;
  private loadedText?: TextEncoder;
  /** By whether positions look only back. */
  private readonly textGraphs = new Map<boolean, TextEncoderGraph>();

  private constructor(
    readonly dir: string,
    readonly config: ClipConfig,
    private readonly checkpoint: Checkpoint,
    readonly imageSize: number,
    /** From the pixels of this project to the checkpoint's; undefined where they are the same. */
    private readonly renormalised: ((pixels: tf.Tensor4D) => tf.Tensor4D) | undefined,
  ) {}

  /**
   * Opens a Hugging Face `CLIPModel` folder and makes the backend ready; no weights are read yet.
   * @param imageSize - S in pixels (default the checkpoint's own); positions are resized bicubically for another
   * @throws UserError where the folder's files are missing or wrong, or say that weights or pixels mean something that is not known here
   */
  static async open(dir: string, imageSize?: number): Promise<Clip> {
    const { config, checkpoint, stats, unused } = readFolder(dir);
    noteUnused(dir, unused);
    const renormalised = renormalisation(stats);
    await initBackend();
    return new Clip(dir, config, checkpoint, imageSize ?? config.vision_config.image_size, renormalised);
  }

  /**
   * Reads all of a folder once, without keeping it: whatever is wrong with it is said before any work, also by methods that use a part of
   * the weights or none.
   * @throws UserError as {@link Clip.open}, and where a weight is NaN or infinite
   */
  static check(dir: string): void {
    const { config, checkpoint } = readFolder(dir);
    checkpoint.checkFinite(config);
  }

  /** The files that make up a checkpoint folder: its configurations and its weights. */
  static files(dir: string): string[] {
    return [path.join(dir, 'config.json'), ...preprocessingFile(dir), ...Checkpoint.open(dir).paths];
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
      tokenizer: Tokenizer.load(),
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
   * The image encoder to encode with, without gradients: a whole graph where that runs ({@link execution}), else {@link imageEncoder}. It
   * takes pixels normalised by `CLIP_STATS` whatever the checkpoint was trained on.
   */
  get frozenImageEncoder(): Pick<ImageEncoder, 'encode'> {
    const { fastestImageEncoder: encoder } = this;
    if (!this.renormalised) return encoder;
    return { encode: (pixels, ...how) => this.withOwnPixels(pixels, (own) => encoder.encode(own, ...how)) };
  }

  /** Hidden state 0 of an image, `[B, g g + 1, D]`, of the same pixels as {@link frozenImageEncoder} takes. */
  embedImage(pixels: tf.Tensor4D): tf.Tensor3D {
    return this.withOwnPixels(pixels, (own) => this.imageEncoder.embed(own));
  }

  /** Calls with the pixels as the checkpoint was trained on. */
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

  /** The text encoder to encode with, with gradients of embeddings only: whole graphs where these run, else {@link textEncoder}. */
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

/** What a folder's files say, checked against each other; no weights are read. */
function readFolder(dir: string): { config: ClipConfig; checkpoint: Checkpoint; stats: ChannelStats; unused: string[] } {
  const checkpoint = Checkpoint.open(dir); // first: where it is no checkpoint, it is said what it is
  const config = readClipConfig(dir);
  const unused = checkpoint.check(config);
  return { config, checkpoint, stats: readChannelStats(dir, config.vision_config.image_size), unused };
}

/** Says which tensors of a checkpoint are left aside, as transformers does. */
function noteUnused(dir: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const first = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  process.stderr.write(`${printable(`${dir}: ${first}${more}: not part of a CLIP, not used`)}\n`);
}
