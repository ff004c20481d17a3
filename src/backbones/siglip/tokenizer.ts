import { Tokenizer as Library } from '@huggingface/tokenizers';
import { messageOf, UserError } from '../../common/errors';
import type { Tokenizer } from '../backbone';
import { readCheckpointJson, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { frameTokens, type Frame } from '../frame-tokens';

/** The files of a tokenizer, as Hugging Face's libraries write them. */
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'] as const;
const [MAIN, SETTINGS] = TOKENIZER_FILES;

/** The 32 signs of punctuation of ASCII. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

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
    private readonly library: Library,
    private readonly clean: (text: string) => string,
    private readonly ends: Frame,
  ) {}

  /** @throws UserError if a file is missing or damaged, or asks for something else */
  static open(files: CheckpointFiles): SiglipTokenizer {
    const content = readSmall(files, MAIN);
    const settings = readSmall(files, SETTINGS);
    const kind = (content.model as { type?: unknown } | undefined)?.type;
    if (kind !== 'Unigram' && kind !== 'BPE') {
      const found = kind === undefined ? 'has no type' : `type ${JSON.stringify(kind)}`;
      throw new UserError(`${files.pathOf(MAIN)}: model: ${found}; expected "Unigram" (SigLIP) or "BPE" (SigLIP 2)`);
    }
    for (const [key, expected] of Object.entries({ do_lower_case: true, add_bos_token: false, add_eos_token: true })) {
      const value = settings[key] ?? expected;
      if (value !== expected)
        throw new UserError(`${files.pathOf(SETTINGS)}: ${key} ${JSON.stringify(value)}: expected ${String(expected)}`);
    }
    const library = build(content, settings, files.pathOf(MAIN));
    const idOf = (key: string): number => {
      const token = textOf(settings[key]);
      const id = token === undefined ? undefined : library.token_to_id(token);
      if (id === undefined)
        throw new UserError(`${files.pathOf(SETTINGS)}: ${key} ${JSON.stringify(settings[key])}: no such token in ${MAIN}`);
      return id;
    };
    const frame = { start: [], end: [idOf('eos_token')], padding: idOf('pad_token') };
    return new SiglipTokenizer(library, kind === 'Unigram' ? plainWords : lowerCase, frame);
  }

  encode(text: string): number[] {
    return this.library.encode(this.clean(text), { add_special_tokens: false }).ids;
  }

  frame(ids: readonly number[], length: number): Int32Array {
    return frameTokens(ids, this.ends, length);
  }

  tokenize(text: string, length: number): Int32Array {
    return this.frame(this.encode(text), length);
  }
}

function readSmall(files: CheckpointFiles, name: string): Record<string, unknown> {
  const where = files.pathOf(name);
  if (!files.has(name))
    throw new UserError(`${where}: no such file; write it with AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)`);
  const content = readCheckpointJson(files, name);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new UserError(`${where}: expected an object`);
  return content as Record<string, unknown>;
}

function build(content: object, settings: object, where: string): Library {
  try {
    return new Library(content, settings);
  } catch (error) {
    throw new UserError(`${where}: this tokenizer cannot be read (${messageOf(error)})`);
  }
}

/** A token, written as text or as an object with its content. */
function textOf(token: unknown): string | undefined {
  const content = typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token;
  return typeof content === 'string' ? content : undefined;
}

/** Letter by letter, as in Hugging Face's tokenizers. */
function lowerCase(text: string): string {
  return Array.from(text, (letter) => letter.toLowerCase()).join('');
}

function plainWords(text: string): string {
  return lowerCase(text).replace(PUNCTUATION, '').replace(/\s+/g, ' ').trim();
}
