import type { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import { execution } from '../../graph/execution';
import type { Backbone, BackboneFacts, ImageTower, TextTower, Tokenizer } from '../backbone';
import { renormalisation } from '../checkpoint/channel-stats';
import { statsOf, type Preprocessing } from '../checkpoint/preprocessing';
import type { ImageSize, ReadCheckpoint } from '../family';
import { encodeParts } from './encode-parts';
import type { ImageEncoder } from './image-encoder';
import { ImageEncoderGraph } from './image-encoder-graph';
import { TextEncoder } from './text-encoder';
import { TextEncoderGraph } from './text-encoder-graph';
import type { TextModel } from './text-model';

/** Options for opening a backbone. */
export interface BackboneOptions {
  /**
   * S in pixels, or height and width (default: the checkpoint's own); for another size the learned
   * positions are resized as the family does.
   */
  imageSize?: number | ImageSize;
  /** Returns CLIP's tokenizer, for families that use it; called when texts are first encoded. */
  tokenizer: () => Tokenizer;
  /** Receives notes about unused weights (default: the console). */
  onNote?: (line: string) => void;
}

/**
 * A frozen vision transformer of any family, with a text tower if the family has one. Each tower is
 * loaded on first use.
 */
export class TransformerBackbone<Text extends TextModel = TextModel> implements Backbone {
  readonly facts: BackboneFacts;
  readonly size: ImageSize;
  /** Converts the pixels of this project to the checkpoint's; undefined if they are the same. */
  private readonly renormalised: ((pixels: tf.Tensor4D) => tf.Tensor4D) | undefined;
  private loadedImage?: ImageEncoder;
  private imageGraph?: ImageEncoderGraph;
  private loadedText?: Text;
  private loadedTokenizer?: Tokenizer;
  /** By whether the mask is causal. */
  private readonly textGraphs = new Map<boolean, TextEncoderGraph>();

  /** @param name - its name in notes: the folder */
  constructor(
    name: string,
    private readonly from: ReadCheckpoint,
    private readonly options: BackboneOptions,
  ) {
    this.facts = from.facts;
    const { imageSize: size = from.facts.imageSize, onNote = console.warn } = options;
    this.size = typeof size === 'number' ? [size, size] : size;
    const { patchSize: patch } = from.facts;
    const least = Math.min(...this.size);
    if (least < patch) throw new UserError(`image size ${least}: smaller than one patch of ${patch} pixels`);
    this.renormalised = renormalisation(statsOf(from.preprocessing));
    noteUnused(name, from.unused, onNote);
  }

  get family(): string {
    return this.facts.family;
  }

  get imageSize(): number {
    return this.size[0];
  }

  get jointWidth(): number {
    return this.facts.jointWidth;
  }

  get image(): ImageTower {
    const { imageEncoder, frozenImageEncoder } = this;
    return {
      grid: imageEncoder.grid,
      width: this.facts.width,
      depth: imageEncoder.transformer.depth,
      encode: (pixels, layers, options) => frozenImageEncoder.encode(pixels, layers, options),
      projectTokens: (tokens) => imageEncoder.head.projectTokens(tokens),
      encodeParts: (pixels, parts) => encodeParts(imageEncoder, this.embedImage(pixels), parts),
    };
  }

  get text(): TextTower | undefined {
    if (!this.from.loadText) return undefined;
    const { textEncoder: model, frozenTextEncoder } = this;
    this.loadedTokenizer ??= (this.from.tokenizer ?? this.options.tokenizer)();
    return {
      tokenizer: this.loadedTokenizer,
      positions: model.positions,
      width: model.width,
      causal: model.causal,
      read: (ids) => model.read(ids),
      embedTokens: (ids) => model.embedTokens(ids),
      encode: (embedded, readings, causal) => frozenTextEncoder.encode(embedded, readings, causal),
      encodeOnce: (embedded, readings, causal) => model.encode(embedded, readings, causal),
    };
  }

  get imageEncoder(): ImageEncoder {
    this.loadedImage ??= this.from.loadImage(this.size);
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
   * Hidden state 0 of an image, `[B, N, D]`, of the same pixels as {@link frozenImageEncoder}.
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

  /** As {@link frozenImageEncoder}, for pixels normalised by the checkpoint's own statistics. */
  get fastestImageEncoder(): Pick<ImageEncoder, 'encode'> {
    const how = execution();
    if (how === 'plain') {
      const { imageEncoder } = this;
      return { encode: (pixels, layers, options) => imageEncoder.encode(pixels, layers, { ...options, frozen: true }) };
    }
    this.imageGraph ??= new ImageEncoderGraph(this.imageEncoder, how === 'bfloat16' ? 'bfloat16' : 'float32');
    return this.imageGraph;
  }

  /** The text encoder, operation by operation. */
  get textEncoder(): Text {
    if (!this.from.loadText) throw new Error(`${this.family} knows only images`);
    this.loadedText ??= this.from.loadText() as Text;
    return this.loadedText;
  }

  /**
   * The text encoder with gradients only for the embeddings: whole graphs if graphs can run and
   * there is one for it, else {@link textEncoder}.
   */
  get frozenTextEncoder(): Pick<TextModel, 'encode'> {
    const { textEncoder, textGraphs } = this;
    if (!(textEncoder instanceof TextEncoder) || execution() === 'plain') return textEncoder;
    return {
      encode: (embedded, readings, causal) => {
        const graph = textGraphs.get(causal) ?? new TextEncoderGraph(textEncoder as TextEncoder, causal);
        textGraphs.set(causal, graph);
        return graph.encode(embedded, readings);
      },
    };
  }

  /** A number of the checkpoint that only its own scores use: `logit_scale`, `logit_bias`. */
  scalar(name: string): number | undefined {
    const { checkpoint } = this.from;
    const shape = checkpoint.shapeOf(name);
    if (shape === undefined) return undefined;
    const tensor = checkpoint.get(name, [...shape]);
    const [value] = tensor.dataSync();
    tensor.dispose();
    return value;
  }

  /** How the checkpoint wants its pixels. */
  get preprocessing(): Preprocessing {
    return this.from.preprocessing;
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

/** Notes which tensors of a checkpoint are not used, as transformers does. */
function noteUnused(where: string, names: readonly string[], onNote: (line: string) => void): void {
  if (names.length === 0) return;
  const first = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  onNote(`${where}: ${first}${more}: not part of a CLIP, not used`);
}
