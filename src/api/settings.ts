import type { TrainingSettings as CheckedSettings } from '../runs/config';

/**
 * The settings of a training run, apart from the data set and the model. Every key has a default,
 * that of the published method. An unknown key is an error that lists the known ones.
 * `docs/settings.md` in the package describes each key with its default.
 */
export interface TrainingSettings {
  /**
   * `mediclip` (default), or a method for comparison: `zero-shot-clip`, `winclip`, `patchcore`,
   * `padim`, `anomalydino`, `knn`, `pixel-knn`, `mean-intensity`. These are fitted at once, without epochs.
   */
  method?: string;
  /**
   * Number of normal images to learn from (default 16); they are sampled from the training images
   * of the data set.
   */
  shots?: number;
  /** Number of abnormal images to learn from as well (default: none). */
  abnormalShots?: number;
  /**
   * Determines everything random: the sampled images, initial values, synthetic anomalies (default
   * 0).
   */
  seed?: number;
  /** Passes over these images (default 200). 0: adapters and prompts stay as they start. */
  epochs?: number;
  /** Images per step (default 8). */
  batchSize?: number;
  /**
   * Side, in pixels, of the squares to which images are resized (default: the size on which the
   * model was trained, 224 for most).
   */
  imageSize?: number;
  /**
   * How an image becomes such a square: `stretch` (default, as published), `letterbox` (the aspect
   * ratio is kept, with a black border) or `crop` (the largest square in the middle).
   */
  fit?: 'stretch' | 'letterbox' | 'crop';
  /**
   * Look at images in square tiles of `size` pixels that have at least `overlap` pixels in common
   * (default: a quarter of `size`), for small findings in large images; `null` (default): as a
   * whole.
   */
  tiles?: { size: number; overlap?: number } | null;
  /**
   * `fixed` (default): the last epoch counts, and the test images are scored once. `paper`: they
   * are scored after every epoch and the best epoch counts, as in the published code, which makes
   * results optimistic.
   */
  protocol?: 'fixed' | 'paper';
  /**
   * Share of the normal training images that the support set may not take, so that a threshold can
   * be set with them at the end (default: none).
   */
  calibrate?: number;
  /** Score the test set after every n-th epoch, for information; 0 (default): never. */
  watch?: number;
  /** Also count test images that are training images; by default the metrics leave them out. */
  keepLeaks?: boolean;
  /**
   * Layers of the image encoder that are used, counted from 1; `null` (default): at half, three
   * quarters and all of its depth.
   */
  layers?: number[] | null;
  /** One adapter per layer (default); `false`: none. */
  adapters?: boolean;
  /** Learnable tokens per prompt (default 8); 0: the prompts are used as they are written. */
  contextTokens?: number;
  /** Each prompt has its own context tokens (default); `false`: all share them. */
  classSpecificContext?: boolean;
  /** The position of the words of a prompt among its context tokens (default `['end']`). */
  classTokenPositions?: ('end' | 'middle' | 'front')[];
  /** The phrases for normal and abnormal images. */
  prompts?: { normal: string[]; abnormal: string[] };
  /** Apply the text encoder's causal mask, as CLIP does and MediCLIP does not (default `false`). */
  causalTextMask?: boolean;
  /** The weight of each loss in the sum that is minimised (default `{ focal: 1, dice: 1 }`). */
  losses?: Record<string, number>;
  /** The key of version 0.1.0 instead of `losses`. */
  loss?: 'total' | 'focal' | 'dice';
  /**
   * The score of an image: the highest value of its map (`max`, default), or the mean of the
   * highest values, such as `top1percent`.
   */
  score?: string;
  /** The probability of each kind of synthetic anomaly; the sum is 1. */
  tasks?: Record<string, number>;
  /** Parameters of the synthetic anomalies. */
  synthesis?: Record<string, unknown>;
  /**
   * Generate new anomalies only in the first N epochs, then use them again (default: always new).
   * This is faster, because the frozen encoder is then idle.
   */
  syntheticBank?: number;
  /** Repeat parts of each anomaly in every epoch, as the published code does (default `false`). */
  repeatDraws?: boolean;
  /** The optimiser, Adam. */
  optimizer?: { learningRate?: number; beta1?: number; beta2?: number; epsilon?: number };
  /** Parameters of the other methods, by method. */
  baseline?: Record<string, unknown>;
}

/** Fails to compile if a key of the settings is missing above, or a key above does not exist. */
type SameKeys = [keyof CheckedSettings, keyof TrainingSettings] extends [keyof TrainingSettings, keyof CheckedSettings] ? true : never;

/** The settings as a run checks them. The run throws if values are wrong. */
export function unchecked(settings: TrainingSettings | undefined, _: SameKeys = true): CheckedSettings | undefined {
  return settings as CheckedSettings | undefined;
}
