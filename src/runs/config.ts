import { z } from 'zod';
import { baselineSchema, METHOD_NAMES, METHODS } from '../methods/registry';
import type { Complete } from '../common/complete';
import { UserError } from '../common/errors';
import { FITS } from '../image/geometry';
import { explainIssue } from '../common/explain-issue';
import { readYamlObject } from '../common/node/read-yaml';
import { PUBLISHED_ADAM } from '../methods/mediclip/adam';
import { lossesOf010, lossesSchema, type LossOf010 } from '../methods/mediclip/losses';
import { isScoreRule, SCORE_RULES, type ScoreRule } from '../methods/mediclip/image-score';
import { PUBLISHED_PROMPTS } from '../methods/mediclip/prompts';
import { wrongSum } from '../synthesis/drawing';
import { parametersOf, PUBLISHED_PARAMETERS, recordedSynthesisSchema, synthesisSchema } from '../synthesis/parameters';
import { isKnownTask, registeredTask, unknownTask } from '../synthesis/registry';

const promptList = z.array(z.string().min(1)).min(1);
const probability = z.number().min(0).max(1);
/** A decay of Adam's averages: at 1 they would never change. */
const decay = z.number().min(0).lt(1);
/**
 * Probabilities of tasks, whose names are looked up when settings are checked: a program may add
 * some.
 */
const tasksSchema = (isKnown: (name: string) => boolean) =>
  z.record(z.string(), probability).superRefine((tasks, ctx) => {
    const foreign = Object.keys(tasks).find((name) => !isKnown(name));
    const wrong = foreign === undefined ? wrongSum(tasks) : unknownTask(foreign);
    if (wrong !== undefined) ctx.addIssue({ code: z.ZodIssueCode.custom, message: wrong });
  });

const schema = z
  .object({
    /**
     * `mediclip` (default), or a method for comparison. The latter have no epochs: `shots`, `seed`,
     * `imageSize`, `layers`, `prompts` and `baseline` determine them; the other keys have no
     * effect.
     */
    method: z.enum(METHOD_NAMES).default('mediclip'),
    /** Parameters of the other methods. */
    baseline: baselineSchema.default({}),
    /**
     * `fixed` (default): the last epoch counts, and the test set is not used. `paper`: the test set
     * is scored after every epoch and the best epoch counts, as published.
     */
    protocol: z.enum(['fixed', 'paper']).default('fixed'),
    /**
     * Also count test images that are training images or are listed twice (default: all metrics
     * leave them out).
     */
    keepLeaks: z.boolean().optional(),
    /**
     * The share of the normal training images that the support set may not take, so that a threshold
     * can be set with them; it is set after the training (default: none is).
     */
    calibrate: z.number().gt(0).lt(1).optional(),
    /**
     * `fixed` only: score the test set after every n-th epoch, for information, not for selection;
     * 0 (default) never.
     */
    watch: z.number().int().min(0).safe().default(0),
    /** Number of normal images to learn from, K. */
    shots: z.number().int().min(1).safe().default(16),
    /**
     * Number of abnormal images to learn from as well (default: none). With a mask they join the
     * synthesised images in the losses; without, they count as a map of one pixel, their score.
     */
    abnormalShots: z.number().int().min(0).safe().optional(),
    /** Determines the support set, the initial values and every synthesised anomaly. */
    seed: z.number().int().min(0).safe().default(0),
    /** Passes over the support set (published: 200). 0: adapters and prompts stay as they start. */
    epochs: z.number().int().min(0).max(100_000).default(200),
    batchSize: z.number().int().min(1).max(1024).default(8),
    /**
     * Side of the images in pixels, S (default: the size on which the model was trained, 224 for
     * most).
     */
    imageSize: z.number().int().min(16).max(2048),
    /** How an image becomes a square: `stretch` (published), `letterbox` or `crop`. */
    fit: z.enum(FITS).default('stretch'),
    /**
     * Looks at images in square tiles of `size` pixels with at least `overlap` pixels in common
     * (default: a quarter of `size`), instead of as a whole; null (default): not.
     */
    tiles: z
      .object({ size: z.number().int().min(16).max(100_000), overlap: z.number().int().min(0).max(100_000).optional() })
      .strict()
      .transform(({ size, overlap = Math.floor(size / 4) }) => ({ size, overlap }))
      .refine(({ size, overlap }) => overlap <= size / 2, 'overlap: at most half of size')
      .nullable()
      .default(null),
    /**
     * Blocks with an adapter, 1-based; null: at half, three quarters and all of the encoder's
     * depth.
     */
    layers: z.array(z.number().int().min(1).safe()).min(1).nullable().default(null),
    /**
     * An adapter at each layer (default). false: the tokens of each layer pass through CLIP's own
     * last normalisation and projection, with which CLIP maps the class token of the last layer
     * into the space of the text features.
     */
    adapters: z.boolean().default(true),
    /** Learnable tokens per prompt; 0: the prompts as they are. */
    contextTokens: z.number().int().min(0).max(64).default(8),
    classSpecificContext: z.boolean().default(true),
    classTokenPositions: z
      .array(z.enum(['end', 'middle', 'front']))
      .min(1)
      .refine((p) => new Set(p).size === p.length, 'each position at most once')
      .default(['end']),
    prompts: z.object({ normal: promptList, abnormal: promptList }).strict().default(PUBLISHED_PROMPTS),
    causalTextMask: z.boolean().default(false),
    /**
     * The weight of each loss in the sum that is minimised. A loss that is absent or has weight 0
     * is only reported.
     */
    losses: lossesSchema,
    /** How the score of an image follows from its map. */
    score: z.custom<ScoreRule>(isScoreRule, `expected ${SCORE_RULES}`).default('max'),
    /** The probability of each synthesis task. */
    tasks: tasksSchema(isKnownTask).default({ CutpasteTask: 0.25, GaussIntensityChangeTask: 0.25, SourceTask: 0.25, IdentityTask: 0.25 }),
    /**
     * Number of epochs with their own synthesised images (default: all, as published). With N,
     * epoch N + 1 uses the images of epoch 1 again, and so on: the frozen encoder runs only in the
     * first N epochs. Memory: N times the features of the support set.
     */
    syntheticBank: z.number().int().min(1).max(100_000).optional(),
    /**
     * Repeat parts of each anomaly in every epoch, as the published code does (default: not); see
     * `numberCalls`.
     */
    repeatDraws: z.boolean().optional(),
    /** Parameters of the synthesis tasks. */
    synthesis: z.lazy(synthesisSchema).default({}),
    optimizer: z
      .object({
        learningRate: z.number().positive().finite().default(PUBLISHED_ADAM.learningRate),
        beta1: decay.default(PUBLISHED_ADAM.beta1),
        beta2: decay.default(PUBLISHED_ADAM.beta2),
        epsilon: z.number().positive().finite().default(PUBLISHED_ADAM.epsilon),
      })
      .strict()
      .default({}),
  })
  .strict();

/** The same for a run from elsewhere, where more tasks may have been registered. */
const recordedSchema = schema.extend({
  tasks: tasksSchema(() => true),
  synthesis: z.lazy(recordedSynthesisSchema),
});

/**
 * Everything that determines a run, besides the model and the data set. Every key has the published
 * default.
 */
export type TrainingConfig = Complete<z.infer<typeof schema>>;
/** The keys that a user sets. `loss` is the key of version 0.1.0 instead of `losses`. */
export type TrainingSettings = Omit<z.input<typeof schema>, 'imageSize'> & { imageSize?: number; loss?: LossOf010 };

/** Settings that are compared as a whole: naming single keys of them would mislead. */
export const WHOLE_SETTINGS: readonly string[] = ['losses', 'tasks', 'prompts'];

/**
 * Settings under the current keys: `loss` of version 0.1.0 becomes `losses`. Nothing else is
 * changed or checked.
 * @throws UserError if both are given, or `loss` has an unknown value
 */
export function currentSettings(settings: Readonly<Record<string, unknown>>, where: string): Record<string, unknown> {
  const { loss, ...rest } = settings;
  if (loss === undefined) return rest;
  if (rest.losses !== undefined) {
    throw new UserError(`${where}: loss and losses are both given; loss is the older key, so give only losses`, 2);
  }
  const losses = lossesOf010(loss);
  if (losses) return { ...rest, losses };
  throw new UserError(
    `${where}: loss: expected total, focal or dice, got ${JSON.stringify(loss)}; its newer form is losses: { focal: 1 }`,
    2,
  );
}

/**
 * Merges settings: each replaces the one of the same name in `base`. `loss` of version 0.1.0 also
 * replaces `losses`.
 */
export function mergeSettings(
  base: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>>,
  where: string,
): Record<string, unknown> {
  return { ...currentSettings(base, where), ...currentSettings(settings, where) };
}

/**
 * Fills in defaults and checks the settings.
 * @param where - names the source in errors: a file or "options"
 * @param imageSize - the image size of the model, which is the default of that key
 * @throws UserError naming the key, even for unknown keys
 */
export function trainingConfig(settings: unknown, where = 'options', imageSize = 224): TrainingConfig {
  const config = checkedConfig(schema, settings, where, imageSize);
  const names = Object.keys(config.tasks)
    .filter((name) => registeredTask(name))
    .sort();
  const own = names.map((name) => [name, parametersOf(name, config.synthesis)] as const);
  for (const [name, parameters] of own) {
    delete (config.synthesis as Record<string, unknown>)[name]; // for the order of keys
    if (Object.keys(parameters).length > 0) Object.assign(config.synthesis, { [name]: parameters });
  }
  checkParametersHaveTasks(config, where);
  return config;
}

/**
 * The configuration that a run was made with. Its synthesis tasks need not be registered here:
 * scores, tables and reports do not need them, but training does ({@link trainingConfig}).
 * @throws UserError naming the key that is wrong
 */
export function recordedConfig(settings: unknown, where: string): TrainingConfig {
  const config = checkedConfig(recordedSchema as unknown as typeof schema, settings, where);
  checkParametersHaveTasks(config, where);
  return config;
}

/** Parameters of a task that is not drawn would be passed over without a word. */
function checkParametersHaveTasks({ tasks, synthesis }: TrainingConfig, where: string): void {
  const idle = Object.keys(synthesis).find((key) => !Object.hasOwn(PUBLISHED_PARAMETERS, key) && !Object.hasOwn(tasks, key));
  if (idle !== undefined)
    throw new UserError(`${where}: synthesis.${idle}: the task ${idle} is not among tasks; add it there, or remove this key`, 2);
}

function checkedConfig(form: typeof schema, settings: unknown, where: string, imageSize = 224): TrainingConfig {
  const given = isObject(settings) ? currentSettings(settings, where) : (settings ?? {});
  const result = form.safeParse(isObject(given) ? { ...given, imageSize: given.imageSize ?? imageSize } : given);
  if (result.success === false) {
    throw new UserError(`${where}: ${explainIssue(result.error.issues[0], { knownKeys })}`, 2);
  }
  const config = result.data as TrainingConfig;
  if (METHODS[config.method].epochs && !config.adapters && config.contextTokens === 0) {
    throw new UserError(`${where}: adapters false with contextTokens 0: nothing is left to train; set one of them`, 2);
  }
  if (METHODS[config.method].epochs && config.epochs === 0 && config.protocol === 'paper') {
    throw new UserError(`${where}: epochs 0 with protocol paper: there is no epoch to choose; set protocol to fixed`, 2);
  }
  if (config.repeatDraws === false) delete (config as Partial<TrainingConfig>).repeatDraws;
  if (config.abnormalShots === 0) delete (config as Partial<TrainingConfig>).abnormalShots;
  if (config.abnormalShots !== undefined && !METHODS[config.method].epochs) {
    throw new UserError(`${where}: abnormalShots: ${config.method} learns from normal images alone; only mediclip takes abnormal ones`, 2);
  }
  checkTiles(config, where);
  return config;
}

/** What tiles cannot be combined with. */
function checkTiles({ method, fit, tiles, abnormalShots }: TrainingConfig, where: string): void {
  if (!tiles) return;
  const { noTiles } = METHODS[method];
  if (noTiles !== undefined) throw new UserError(`${where}: tiles: ${method} cannot use them: ${noTiles}; leave tiles out`, 2);
  if (fit !== 'stretch') throw new UserError(`${where}: fit ${fit} with tiles: tiles are not distorted anyway; leave fit out`, 2);
  if (abnormalShots)
    throw new UserError(`${where}: abnormalShots with tiles: abnormal images are learned only as a whole; leave one of both out`, 2);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The known keys at a path within the settings. */
function knownKeys(at: readonly (string | number)[]): string[] {
  let found: z.ZodTypeAny = schema;
  for (const key of [...at, '']) {
    while (found instanceof z.ZodDefault || found instanceof z.ZodEffects || found instanceof z.ZodLazy) {
      if (found instanceof z.ZodLazy) found = found.schema as z.ZodTypeAny;
      else found = (found instanceof z.ZodDefault ? found.removeDefault() : found.innerType()) as z.ZodTypeAny;
    }
    if (key !== '' && found instanceof z.ZodObject) found = (found.shape as Record<string, z.ZodTypeAny>)[key];
  }
  return found instanceof z.ZodObject ? Object.keys(found.shape as object) : [];
}

/** Reads settings from a YAML or JSON file. */
export function readSettings(file: string): TrainingSettings {
  return readYamlObject(file) as TrainingSettings;
}
