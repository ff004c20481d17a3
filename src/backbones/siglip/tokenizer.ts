import { UserError } from '../../common/errors';
import type { Tokenizer } from '../backbone';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files';
import { readTokenizerFile, TOKENIZER, TOKENIZER_CONFIG, type TokenizerFile } from '../checkpoint/tokenizer-file';
import { frameTokens, type Frame } from '../frame-tokens';

/** The 32 signs of punctuation of ASCII. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** What differs between the two kinds, by the type of their model. */
const KINDS = {
  Unigram: { clean: plainWords, end: '</s>', padding: '</s>' },
  BPE: { clean: lowerCase, end: '<eos>', padding: '<pad>' },
};

/**
 * SigLIP's SentencePiece (a unigram model) or SigLIP 2's (Gemma's BPE), from `tokenizer.json`. Both
 * models were trained on texts in lower case; the published files of SigLIP 2 lack this step, so it
 * is done here for both (twice does no harm). SigLIP also drops punctuation and joins blanks. No
 * token stands before a text, and one ends it. SigLIP's padding is that same token.
 */
export class SiglipTokenizer implements Tokenizer {
  readonly before = 0;
  readonly after = 1;

  private constructor(
    private readonly file: TokenizerFile,
    private readonly clean: (text: string) => string,
    private readonly around: Frame,
  ) {}

  /** @throws UserError if a file is missing or damaged, or asks for something else */
  static open(files: CheckpointFiles): SiglipTokenizer {
    const file = readTokenizerFile(files);
    const { type } = file.rules.model;
    if (type !== 'Unigram' && type !== 'BPE') {
      const found = type === undefined ? 'has no type' : `type ${JSON.stringify(type)}`;
      throw new UserError(`${files.pathOf(TOKENIZER)}: model: ${found}; expected "Unigram" (SigLIP) or "BPE" (SigLIP 2)`);
    }
    const config = file.config as Record<string, unknown>;
    for (const [key, expected] of Object.entries({ do_lower_case: true, add_bos_token: false, add_eos_token: true })) {
      const value = config[key] ?? expected;
      if (value !== expected) {
        throw new UserError(`${files.pathOf(TOKENIZER_CONFIG)}: ${key} ${JSON.stringify(value)}: expected ${String(expected)}`);
      }
    }
    const { clean, end, padding } = KINDS[type];
    const around = { start: [], end: [file.special('eos_token', end)], padding: file.special('pad_token', padding) };
    return new SiglipTokenizer(file, clean, around);
  }

  encode(text: string): number[] {
    return this.file.encode(this.clean(text));
  }

  frame(ids: readonly number[], length: number): Int32Array {
    return frameTokens(ids, this.around, length);
  }

  tokenize(text: string, length: number): Int32Array {
    return this.frame(this.encode(text), length);
  }
}

/** Letter by letter, as in Hugging Face's tokenizers. */
function lowerCase(text: string): string {
  return Array.from(text, (letter) => letter.toLowerCase()).join('');
}

function plainWords(text: string): string {
  return lowerCase(text).replace(PUNCTUATION, '').replace(/\s+/g, ' ').trim();
}
