import type { Tokenizer } from '../backbones/clip/tokenizer/tokenizer';
import { allPhrases } from './phrases';

/**
 * The few hundred rows of the token table that the captions use, with their own numbering. A
 * training step then updates only these and not all 49,408 rows.
 */
export class UsedVocabulary {
  /** Ids in the full vocabulary, in increasing order; row i in training is id `ids[i]`. */
  readonly ids: number[];
  private readonly rows: ReadonlyMap<number, number>;

  /** @param texts - every text whose tokens are trained */
  constructor(tokenizer: Tokenizer, texts: readonly string[]) {
    this.ids = [...new Set(texts.flatMap((text) => [...tokenizer.tokenize(text)]))].sort((a, b) => a - b);
    this.rows = new Map(this.ids.map((id, row) => [id, row]));
  }

  /** The vocabulary of pretraining: every word of the corpus, and the placeholder for learnable context. */
  static ofPretraining(tokenizer: Tokenizer): UsedVocabulary {
    return new UsedVocabulary(tokenizer, allPhrases());
  }

  get size(): number {
    return this.ids.length;
  }

  /** Rows of a tokenized text. */
  rowsOf(ids: Int32Array): Int32Array {
    return ids.map((id) => {
      const row = this.rows.get(id);
      if (row === undefined) throw new Error(`token ${id} is not among the trained tokens`);
      return row;
    });
  }
}
