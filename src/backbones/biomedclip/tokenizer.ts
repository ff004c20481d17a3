import { UserError } from '../../common/errors';
import type { Tokenizer } from '../backbone';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files';
import { readTokenizerFile, TOKENIZER, TOKENIZER_CONFIG } from '../checkpoint/tokenizer-file';
import { repairText } from '../clip/tokenizer/clean-text';
import { frameTokens } from '../frame-tokens';

/** Chinese characters beyond the first 65,536, as the tokenizers of Hugging Face list them. */
const FAR_CHINESE = /[\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/**
 * The WordPiece tokenizer of a checkpoint with a BERT, after open_clip's cleaning of texts: [CLS],
 * tokens, [SEP], padding.
 * @throws UserError if its files are missing, damaged, or describe another kind of tokenizer
 */
export function readWordPiece(files: CheckpointFiles): Tokenizer {
  const { rules, config, encode, special } = readTokenizerFile(files);
  const where = files.pathOf(TOKENIZER);
  const { type } = rules.model;
  if (type !== 'WordPiece')
    throw new UserError(`${where}: the model is ${JSON.stringify(type ?? null)}; expected WordPiece, the tokenizer of a BERT`);
  const lowers = rules.normalizer?.lowercase;
  if (typeof config.do_lower_case === 'boolean' && typeof lowers === 'boolean' && config.do_lower_case !== lowers) {
    throw new UserError(
      `${files.pathOf(TOKENIZER_CONFIG)}: do_lower_case ${config.do_lower_case}, but ${TOKENIZER} says lowercase ${lowers}`,
    );
  }
  const frame = { start: [special('cls_token', '[CLS]')], end: [special('sep_token', '[SEP]')], padding: special('pad_token', '[PAD]') };
  if (frame.padding !== 0) throw new UserError(`${where}: the padding has the id ${frame.padding}; expected 0, which the text tower hides`);
  // the library reads characters of two units one by one, and a Greek sigma by its place in a word
  const ids = (text: string): number[] => encode((lowers === true ? text.replaceAll('Σ', 'σ') : text).replace(FAR_CHINESE, ' $& '));
  const tokens = (text: string): number[] => ids(repairText(text));
  return {
    before: 1,
    after: 1,
    encode: tokens,
    frame: (row, length) => frameTokens(row, frame, length),
    tokenize: (text, length) => frameTokens(tokens(text), frame, length),
  };
}
