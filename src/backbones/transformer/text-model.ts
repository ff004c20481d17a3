import type { TextTower } from '../backbone';

/** A frozen text encoder of any family, with its weights: a {@link TextTower} without its tokenizer. */
export interface TextModel extends Pick<TextTower, 'positions' | 'width' | 'causal' | 'read' | 'embedTokens' | 'encode'> {
  dispose(): void;
}
