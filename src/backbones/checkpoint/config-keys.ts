import { UserError } from '../../common/errors';

/**
 * Keys of `config.json` that do not affect inference: those that every Hugging Face configuration
 * has (generation, training, book-keeping; old versions wrote all of them), and keys of CLIP that
 * only training reads. The CLIP of transformers ignores them.
 */
const WITHOUT_EFFECT = new Set(
  `add_cross_attention architectures attention_dropout bad_words_ids begin_suppress_tokens bos_token_id chunk_size_feed_forward classifier_dropout
  cross_attention_hidden_size decoder_start_token_id diversity_penalty do_sample dropout early_stopping encoder_no_repeat_ngram_size
  exponential_decay_length_penalty finetuning_task forced_bos_token_id forced_eos_token_id gradient_checkpointing id2label
  initializer_factor initializer_range is_composition is_decoder is_encoder_decoder label2id length_penalty license max_length min_length
  name_or_path no_repeat_ngram_size num_beam_groups num_beams num_labels num_return_sequences output_attentions output_hidden_states
  output_past output_scores pad_token_id prefix problem_type remove_invalid_values repetition_penalty return_dict
  return_dict_in_generate sep_token_id suppress_tokens task_specific_params temperature tf_legacy_loss tie_encoder_decoder
  tie_word_embeddings tokenizer_class top_k top_p torchscript transformers_version typical_p use_bfloat16 use_cache`.split(/\s+/),
);

/** Possible types of the weights. The actual type is read from the weights themselves. */
const FLOATS = ['float16', 'bfloat16', 'float32', 'float64', 'auto'];

/** What some unsupported keys mean, for the error. */
const MEANINGS: [RegExp, string][] = [
  [/^(quantization|compression|sparsity)_config$|quant/, 'its weights are quantised; expected the checkpoint in float32 or float16'],
  [/^auto_map$/, 'its model brings its own code, which is not run'],
  [/rope|rotary|position/, 'its positions are of another kind'],
  [/lora|adapter|peft/, 'it has an adapter, which must first be merged into the weights'],
];

/**
 * Refuses every unknown key, since it may change the meaning of the weights.
 * @param read - the known keys
 * @param where - names the object in errors
 * @param model - what it describes, for errors: "a CLIP"
 */
export function refuseUnknownKeys(raw: object, read: readonly string[], where: string, model = 'a CLIP'): void {
  for (const [key, value] of Object.entries(raw) as [string, unknown][]) {
    if (value === null || read.includes(key) || key.startsWith('_') || WITHOUT_EFFECT.has(key)) continue;
    if (value === false && key.startsWith('use_')) continue;
    if (key === 'dtype' || key === 'torch_dtype') {
      const name = typeof value === 'string' ? value.replace(/^torch\./, '') : value;
      if (FLOATS.includes(name as string)) continue;
      throw new UserError(`${where}: ${key} ${JSON.stringify(value)}: expected weights of one of ${FLOATS.join(', ')}`);
    }
    if (isEmpty(value) && (key === 'pruned_heads' || key.endsWith('_config'))) continue;
    const [, meaning] = MEANINGS.find(([pattern]) => pattern.test(key)) ?? [];
    throw new UserError(
      `${where}: ${key} ${excerpt(value)}: ${meaning ?? `${model} has no such setting, and it may change the meaning of the weights; remove it if it does not`}`,
    );
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && Object.keys(value as object).length === 0;
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
