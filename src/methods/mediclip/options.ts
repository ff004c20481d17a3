import type { PromptLists } from './prompts';

/** Where the class's words stand among the learnable tokens. */
export type ClassTokenPosition = 'end' | 'middle' | 'front';

/** What determines the trainable part of MediCLIP; defaults are those of the published code. */
export interface MediClipOptions {
  /** 1-based numbers of the image encoder's blocks that carry an adapter (default: half, three quarters and all of the depth, 12/18/24 of 24). */
  layers: number[];
  /** An adapter a layer (default true); false: CLIP's own last normalisation and projection in its place. */
  adapters?: boolean;
  prompts: PromptLists;
  /** Learnable tokens a prompt (default 8); 0 leaves the prompts as they are written. */
  contextTokens: number;
  /** A context of its own for every prompt ("CSC", default), or one shared by the prompts of a class. */
  classSpecificContext: boolean;
  /** One or several; the text features are the mean over all of them (default: end). */
  classTokenPositions: ClassTokenPosition[];
  /** Run the text encoder with CLIP's causal mask; the published code runs it without any (default false). */
  causalTextMask: boolean;
}
