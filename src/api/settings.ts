import type { TrainingSettings as CheckedSettings } from '../runs/config';

/**
 * What decides a training besides the data set and the model. Every key has a default, that of the published method; an unknown key is an
 * error that lists those there are. `docs/settings.md` in the package describes each, with its default.
 */
export interface TrainingSettings {
  /**
   * `mediclip` (default), or one to compare it with: `zero-shot-clip`, `winclip`, `patchcore`, `padim`, `knn`, `pixel-knn`,
   * `mean-intensity`. These learn at once and not in epochs.
   */
  method?: string;
  /** Normal images to learn from (default 16); they are sampled from the training images of the data set. */
  shots?: number;
  /** Decides everything random: which images are sampled, initial values, synthetic anomalies (default 0). */
  seed?: number;
  /** Passes over these images (default 200). */
  epochs?: number;
  /** Images per step (default 8). */
  batchSize?: number;
  /** Side of the squares to which images are resized, in pixels (default: what the model was trained with, 224 for most). */
  imageSize?: number;
  /**
   * `fixed` (default): the last epoch counts, and test images are scored once. `paper`: they are scored after every epoch and the best
   * epoch counts, as in the published code, which makes results optimistic.
   */
  protocol?: 'fixed' | 'paper';
  /** Score the test set after every n-th epoch, to look at; 0 (default): never. */
  watch?: number;
  /** Count test images that are training images too; by default they are left out of the metrics. */
  keepLeaks?: boolean;
  /** Layers of the image encoder that are used, counted from 1; `null` (default): at half, three quarters and all of its depth. */
  layers?: number[] | null;
  /** One adapter per layer (default); `false`: none. */
  adapters?: boolean;
  /** Learnable tokens per prompt (default 8); 0: the prompts are used as they are written. */
  contextTokens?: number;
  /** Each prompt has context tokens of its own (default); `false`: all share theirs. */
  classSpecificContext?: boolean;
  /** Where a prompt's words stand among its context tokens (default `['end']`). */
  classTokenPositions?: ('end' | 'middle' | 'front')[];
  /** What normal and abnormal images are called, in words. */
  prompts?: { normal: string[]; abnormal: string[] };
  /** Apply the text encoder's causal mask, as CLIP does and MediCLIP does not (default `false`). */
  causalTextMask?: boolean;
  /** The weight of each loss in the sum that is minimised (default `{ focal: 1, dice: 1 }`). */
  losses?: Record<string, number>;
  /** What version 0.1.0 had in place of `losses`. */
  loss?: 'total' | 'focal' | 'dice';
  /** An image's score: the highest value of its map (`max`, default), or the mean of the highest, as `top1percent`. */
  score?: string;
  /** How often each kind of synthetic anomaly is chosen; together 1. */
  tasks?: Record<string, number>;
  /** Parameters of the synthetic anomalies. */
  synthesis?: Record<string, unknown>;
  /** Generate new anomalies in the first N epochs only, then use them again: faster, as the frozen encoder then rests (default: always new). */
  syntheticBank?: number;
  /** The optimiser, Adam. */
  optimizer?: { learningRate?: number; beta1?: number; beta2?: number; epsilon?: number };
  /** Parameters of the other methods, by method. */
  baseline?: Record<string, unknown>;
}

/** Fails to compile where a key of the settings is missing above, or one above is none. */
type SameKeys = [keyof CheckedSettings, keyof TrainingSettings] extends [keyof TrainingSettings, keyof CheckedSettings] ? true : never;

/** The settings as a run checks them: with values that are wrong it throws. */
export function unchecked(settings: TrainingSettings | undefined, _: SameKeys = true): CheckedSettings | undefined {
  return settings as CheckedSettings | undefined;
}
