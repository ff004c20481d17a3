import { Tokenizer as FastTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { checked } from '../../common/checked';
import { messageOf, UserError } from '../../common/errors';
import { readCharsmap } from './charsmap';
import { readCheckpointJson, type CheckpointFiles } from './checkpoint-files';

/** The rules and the vocabulary of a tokenizer. */
export const TOKENIZER = 'tokenizer.json';
/** What its special tokens are called. */
export const TOKENIZER_CONFIG = 'tokenizer_config.json';
const SPECIAL_TOKENS = 'special_tokens_map.json';

/** The files of a checkpoint from which its tokenizer is read. */
export const TOKENIZER_FILES = [TOKENIZER, TOKENIZER_CONFIG, SPECIAL_TOKENS] as const;

const name = z.union([z.string(), z.object({ content: z.string() }).passthrough()]).nullish();
const configSchema = z
  .object({
    pad_token: name,
    cls_token: name,
    sep_token: name,
    eos_token: name,
    bos_token: name,
    unk_token: name,
    do_lower_case: z.boolean().nullish(),
  })
  .passthrough();
type SpecialToken = 'pad_token' | 'cls_token' | 'sep_token' | 'eos_token' | 'bos_token' | 'unk_token';

const rulesSchema = z
  .object({
    model: z.object({ type: z.string().optional() }).passthrough(),
    normalizer: z.object({ type: z.string() }).passthrough().nullish(),
  })
  .passthrough();

/** The tokenizer that a checkpoint brings along. */
export interface TokenizerFile {
  /** `tokenizer.json`, parsed. */
  rules: z.infer<typeof rulesSchema>;
  /** `tokenizer_config.json`, parsed; empty if there is none. */
  config: z.infer<typeof configSchema>;
  /** Ids of a text, without special tokens around it. */
  encode(text: string): number[];
  /**
   * The id of a special token.
   * @param usual - its text, if the files do not name it
   * @throws UserError if the vocabulary lacks it
   */
  special(token: SpecialToken, usual: string): number;
}

/**
 * Reads `tokenizer.json`, and the names of special tokens beside it.
 * @throws UserError if a file is missing or damaged
 */
export function readTokenizerFile(files: CheckpointFiles): TokenizerFile {
  const where = files.pathOf(TOKENIZER);
  if (!files.has(TOKENIZER)) throw new UserError(`${where}: is missing; expected the tokenizer of the model, as it was published`);
  const rules = checked(rulesSchema, readCheckpointJson(files, TOKENIZER), where);
  const optional = (file: string): z.infer<typeof configSchema> =>
    files.has(file) ? checked(configSchema, readCheckpointJson(files, file), files.pathOf(file)) : {};
  const config = { ...optional(SPECIAL_TOKENS), ...optional(TOKENIZER_CONFIG) };
  let fast: FastTokenizer;
  try {
    fast = new FastTokenizer(rules, config);
    readCharsmaps(fast.normalizer);
  } catch (error) {
    throw new UserError(`${where}: cannot be read as a tokenizer (${messageOf(error)})`);
  }
  return {
    rules,
    config,
    encode: (text) => fast.encode(text, { add_special_tokens: false }).ids,
    special(token, usual) {
      const named = config[token];
      const text = typeof named === 'string' ? named : (named?.content ?? usual);
      const id = fast.token_to_id(text);
      if (id === undefined) throw new UserError(`${where}: has no token ${JSON.stringify(text)}, which is needed as ${token}`);
      return id;
    },
  };
}

/** A step of the library's normaliser; a sequence has steps of its own. */
interface Normalizer {
  config: { type?: unknown; precompiled_charsmap?: unknown };
  normalize(text: string): string;
  normalizers?: (Normalizer | null)[];
}

/** Replaces the library's approximation of precompiled maps (NFKC and a list) by the maps themselves. */
function readCharsmaps(step: Normalizer | null | undefined): void {
  step?.normalizers?.forEach(readCharsmaps);
  const map = step?.config.precompiled_charsmap;
  if (step?.config.type === 'Precompiled' && typeof map === 'string') step.normalize = readCharsmap(map);
}
