import { tf } from '../../common/tf';
import type { Random } from '../../common/random';
import type { Parameters } from '../../backbones/checkpoint/parameters';
import type { ClipConfig } from '../../backbones/clip/config';
import type { Tokenizer } from '../../backbones/clip/tokenizer/tokenizer';
import { clipTextEncoder } from '../../backbones/clip/towers';
import type { TextEncoder } from '../../backbones/transformer/text-encoder';
import { tokenizePrompt } from '../../methods/mediclip/prompt-layout';
import { GROUNDS, THINGS } from '../../models/phrases';
import type { UsedVocabulary } from '../../models/vocabulary';
import { CaptionPositions } from './caption-positions';
import { unit } from './unit';

export const THING_PHRASES: readonly string[] = Object.values(THINGS).flat();
export const GROUND_PHRASES: readonly string[] = Object.values(GROUNDS).flat();

/** Learnable tokens in front of a prompt, as in the few-shot method. */
const CONTEXT_TOKENS = 8;
/**
 * Tokens of a caption that are read. Under the causal mask, nothing after the end token has an
 * effect.
 */
export const CAPTION_TOKENS = 28;
/** Sentences of words that were never read, in each step, and the scale of the values of such words. */
const UNREAD = 8;
const UNREAD_SD = 0.3;

/** How the text encoder is read in pretraining: phrases as prompts, captions, and sentences of unknown words. */
export class Reader {
  /** Phrases with their context tokens. */
  private readonly ids: ReadonlyMap<string, Int32Array>;
  private readonly placeholder: number;
  /** Two placeholders and a full stop. */
  private readonly unreadSentence: Int32Array;

  constructor(
    private readonly config: ClipConfig,
    tokenizer: Tokenizer,
    private readonly vocabulary: UsedVocabulary,
    private readonly runBlock?: TextEncoder['transformer']['runBlock'],
  ) {
    this.ids = new Map(
      [...THING_PHRASES, ...GROUND_PHRASES].map((text) => [text, tokenizePrompt(tokenizer, text, CONTEXT_TOKENS, 77).ids]),
    );
    this.placeholder = tokenizer.encode('X')[0];
    this.unreadSentence = tokenizer.tokenize('X X.', 77).slice(0, CAPTION_TOKENS);
  }

  /** Unit features `[P, D]` of phrases, each read with a new random context. */
  phrases(parameters: Parameters, phrases: readonly string[], random: Random): tf.Tensor2D {
    const { text_config: text, projection_dim: dim } = this.config;
    const encoder = clipTextEncoder(parameters, { ...text, vocab_size: this.vocabulary.size }, dim);
    if (this.runBlock) encoder.transformer.runBlock = this.runBlock;
    const ids = phrases.map((phrase) => this.ids.get(phrase) as Int32Array);
    const n = text.max_position_embeddings;
    const width = text.hidden_size;
    const written = new Float32Array(ids.length * n);
    const context = new Float32Array(ids.length * n * width);
    const sd = random.chance(0.5) ? 0.02 : 0.2; // the scale at the start, and a scale that learning may reach
    ids.forEach((row, p) => {
      row.forEach((id, i) => {
        const at = p * n + i;
        if (id === this.placeholder && i <= CONTEXT_TOKENS) {
          for (let k = 0; k < width; k++) context[at * width + k] = random.normal(0, sd);
        } else written[at] = 1;
      });
    });
    const rows = ids.map((row) => this.vocabulary.rowsOf(row));
    const embedded = tf.add(
      tf.mul(encoder.embedTokens(rows), tf.tensor3d(written, [ids.length, n, 1])),
      tf.tensor3d(context, [ids.length, n, width]),
    );
    return unit(encoder.encode(embedded as tf.Tensor3D, encoder.read(ids), false));
  }

  /** Unit features `[B, D]` of captions, under the causal mask. */
  captions(parameters: Parameters, captions: readonly Int32Array[]): tf.Tensor2D {
    const encoder = this.captionEncoder(parameters);
    const rows = captions.map((ids) => this.vocabulary.rowsOf(ids.slice(0, CAPTION_TOKENS)));
    return unit(encoder.encode(encoder.embedTokens(rows), encoder.read([...captions]), true));
  }

  /** Unit features `[8, D]` of sentences of two words that were never read: their values are random. */
  unread(parameters: Parameters, random: Random): tf.Tensor2D {
    const encoder = this.captionEncoder(parameters);
    const { hidden_size: width } = this.config.text_config;
    const written = Float32Array.from(this.unreadSentence, (id) => (id === this.placeholder ? 0 : 1));
    const words = Float32Array.from({ length: UNREAD * CAPTION_TOKENS * width }, (_, i) =>
      written[Math.floor(i / width) % CAPTION_TOKENS] === 0 ? random.normal(0, UNREAD_SD) : 0,
    );
    const ids = Array.from({ length: UNREAD }, () => this.unreadSentence);
    const embedded = tf.add(
      tf.mul(encoder.embedTokens(ids.map((row) => this.vocabulary.rowsOf(row))), tf.tensor3d(written, [1, CAPTION_TOKENS, 1])),
      tf.tensor3d(words, [UNREAD, CAPTION_TOKENS, width]),
    );
    return unit(encoder.encode(embedded as tf.Tensor3D, encoder.read(ids), true));
  }

  /** The text encoder as it reads captions. */
  private captionEncoder(parameters: Parameters): TextEncoder {
    const { text_config: text, projection_dim: dim } = this.config;
    const short = { ...text, vocab_size: this.vocabulary.size, max_position_embeddings: CAPTION_TOKENS };
    const encoder = clipTextEncoder(new CaptionPositions(parameters, text.max_position_embeddings), short, dim);
    if (this.runBlock) encoder.transformer.runBlock = this.runBlock;
    return encoder;
  }
}
