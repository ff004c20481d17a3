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
import { unit } from './terms';

export const THING_PHRASES: readonly string[] = Object.values(THINGS).flat();
export const GROUND_PHRASES: readonly string[] = Object.values(GROUNDS).flat();

/** Learnable tokens in front of a prompt, as in the few-shot method. */
const CONTEXT_TOKENS = 8;
/**
 * Tokens of a caption that are read. Under the causal mask, nothing after the end token has an
 * effect.
 */
const CAPTION_TOKENS = 28;
/** Sentences of words that were never read, in each step, and the scale of their values. */
const UNREAD = 8;
const UNREAD_SD = 0.3;

/**
 * How texts are read in pretraining: phrases as prompts, captions, and sentences of unknown words.
 */
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
    const encoder = this.encoder(parameters, this.config.text_config.max_position_embeddings);
    const ids = phrases.map((phrase) => this.ids.get(phrase) as Int32Array);
    const sd = random.chance(0.5) ? 0.02 : 0.2; // the scale at the start, and a scale that learning may reach
    return unit(encoder.encode(this.embed(encoder, ids, sd, random), encoder.read(ids), false));
  }

  /** Unit features `[B, D]` of captions, under the causal mask. */
  captions(parameters: Parameters, captions: readonly Int32Array[]): tf.Tensor2D {
    const encoder = this.encoder(parameters, CAPTION_TOKENS);
    const rows = captions.map((ids) => this.vocabulary.rowsOf(ids.slice(0, CAPTION_TOKENS)));
    return unit(encoder.encode(encoder.embedTokens(rows), encoder.read([...captions]), true));
  }

  /** Unit features `[8, D]` of sentences of two words that were never read, with random values. */
  unread(parameters: Parameters, random: Random): tf.Tensor2D {
    const encoder = this.encoder(parameters, CAPTION_TOKENS);
    const ids = Array.from({ length: UNREAD }, () => this.unreadSentence);
    return unit(encoder.encode(this.embed(encoder, ids, UNREAD_SD, random), encoder.read(ids), true));
  }

  /** Embedded tokens `[P, N, W]`; placeholders have random values of standard deviation `sd`. */
  private embed(encoder: TextEncoder, ids: Int32Array[], sd: number, random: Random): tf.Tensor3D {
    const [n, width] = [ids[0].length, this.config.text_config.hidden_size];
    const written = new Float32Array(ids.length * n);
    const drawn = new Float32Array(ids.length * n * width);
    ids.forEach((row, p) => {
      row.forEach((id, i) => {
        const at = p * n + i;
        if (id === this.placeholder && i <= CONTEXT_TOKENS) {
          for (let k = 0; k < width; k++) drawn[at * width + k] = random.normal(0, sd);
        } else written[at] = 1;
      });
    });
    const rows = ids.map((row) => this.vocabulary.rowsOf(row));
    return tf.add(tf.mul(encoder.embedTokens(rows), tf.tensor3d(written, [ids.length, n, 1])), tf.tensor3d(drawn, [ids.length, n, width]));
  }

  /** The text encoder for the first `positions` tokens. */
  private encoder(parameters: Parameters, positions: number): TextEncoder {
    const { text_config: text, projection_dim: dim } = this.config;
    const config = { ...text, vocab_size: this.vocabulary.size, max_position_embeddings: positions };
    const encoder = clipTextEncoder(new CaptionPositions(parameters, text.max_position_embeddings), config, dim);
    if (this.runBlock) encoder.transformer.runBlock = this.runBlock;
    return encoder;
  }
}
