import type { PromptLists } from './prompts';

/** The position of the class words among the learnable tokens. */
export type ClassTokenPosition = 'end' | 'middle' | 'front';

/** The settings of the trainable part of MediCLIP. The defaults are those of the published code. */
export interface MediClipOptions {
  /**
   * 1-based numbers of the image encoder's blocks that carry an adapter (default: at half, three
   * quarters and all of the depth, 12/18/24 of 24).
   */
  layers: number[];
  /**
   * One adapter per layer (default true); false: CLIP's own last normalisation and projection
   * instead.
   */
  adapters?: boolean;
  prompts: PromptLists;
  /** Learnable tokens per prompt (default 8); 0 uses the prompts as they are. */
  contextTokens: number;
  /** Each prompt has its own context ("CSC", default), or the prompts of a class share one. */
  classSpecificContext: boolean;
  /** One or more positions; the text features are the mean over all of them (default: end). */
  classTokenPositions: ClassTokenPosition[];
  /**
   * Run the text encoder with CLIP's causal mask; the published code uses no mask (default false).
   */
  causalTextMask: boolean;
}
