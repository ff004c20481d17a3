import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import type { OwnSquare } from '../../image/own-square';
import { CLIP_STATS, type ChannelStats } from '../../image/pixel-values';
import { readCheckpointJson, type CheckpointFiles } from './checkpoint-files';
import { count } from './count';

/**
 * The files that may describe how the pixels of a checkpoint were prepared; newer versions of
 * transformers write only the second one.
 */
export const PREPROCESSING_FILES = ['preprocessor_config.json', 'processor_config.json'] as const;

/**
 * How levels 0 to 255 become the numbers on which a checkpoint was trained: (level / 255 * factor -
 * mean) / std.
 */
export interface Preprocessing {
  /** `255 * rescale_factor`: 1 in all published CLIPs, 255 without rescaling. */
  factor: number;
  mean: [number, number, number];
  std: [number, number, number];
  /** How the model's own code makes an image square, for comparisons; undefined if that is not known. */
  square?: OwnSquare;
}

/**
 * The statistics by which the pixels of a checkpoint, as fractions of the largest level (0 to 1),
 * were normalised in training. Some checkpoints have other statistics than OpenAI's CLIP, or another
 * factor from levels to numbers; a mean and a spread express this too.
 */
export function statsOf({ factor, mean, std }: Preprocessing): ChannelStats {
  const scaled = (values: readonly number[]): [number, number, number] => values.map((v) => v / factor) as [number, number, number];
  return factor === 1 ? { mean, std } : { mean: scaled(mean), std: scaled(std) };
}

type Triple = [number, number, number];

/** Three numbers for red, green and blue, or one for all. */
const perChannel = (low: number, high: number): z.ZodType<Triple | undefined, z.ZodTypeDef, unknown> =>
  z.unknown().transform((value, context) => {
    if (value === undefined || value === null) return undefined;
    const numbers: unknown = typeof value === 'number' ? [value, value, value] : value;
    const fine = Array.isArray(numbers) && numbers.length === 3 && numbers.every((v) => typeof v === 'number' && v >= low && v <= high);
    if (fine) return numbers as Triple;
    context.addIssue({ code: 'custom', message: 'expected three numbers, for red, green and blue' });
    return z.NEVER;
  });

const flag = z.boolean().nullish();
const side = count(1 << 16);
const sides = z
  .union([
    side,
    z.array(side).length(2),
    z.object({ shortest_edge: side.optional(), height: side.optional(), width: side.optional() }).strict(),
  ])
  .nullish();

const schema = z
  .object({
    do_normalize: flag,
    image_mean: perChannel(-1e6, 1e6),
    image_std: perChannel(1e-6, 1e6),
    do_rescale: flag,
    rescale_factor: z.number().min(1e-9).max(1e6).nullish(),
    do_resize: flag,
    size: sides,
    resample: z.number().int().nullish(),
    do_center_crop: flag,
    crop_size: sides,
    do_convert_rgb: flag,
    use_square_size: flag,
    image_processor_type: z.string().nullish(),
    feature_extractor_type: z.string().nullish(),
  })
  .passthrough();

/** Keys that do not affect the meaning of pixels. */
const WITHOUT_EFFECT = new Set(
  `processor_class default_to_square data_format input_data_format device return_tensors disable_grouping image_seq_length tokenizer_class
  transformers_version`.split(/\s+/),
);

/** The file of a checkpoint that describes how its pixels were prepared, if any. */
export function preprocessingFile(files: CheckpointFiles): string[] {
  return findPreprocessing(files).file;
}

/**
 * How the pixels of a checkpoint were prepared: by `image_processor` in its
 * `processor_config.json`, else by its `preprocessor_config.json`, in that order, as in
 * transformers; what they leave open is as in {@link CLIP_STATS}. The files decide how levels
 * become numbers. The method decides how an image becomes a square (the whole image, resized
 * smoothly, nothing cut off); a file that requires something else which changes what the model sees
 * is refused.
 * @param imageSize - the side in pixels given by the configuration of the checkpoint
 * @param stats - what holds where they say nothing (default: CLIP's)
 * @throws UserError if a file is damaged, or requires something that is not supported
 */
export function readPreprocessing(files: CheckpointFiles, imageSize?: number, stats: ChannelStats = CLIP_STATS): Preprocessing {
  const { file: [name] = [], raw } = findPreprocessing(files);
  if (name === undefined) return { factor: 1, mean: [...stats.mean], std: [...stats.std] };
  const file = files.pathOf(name);
  const said = checked(schema, raw, file);
  refuse(said, raw as object, file, imageSize);
  const normalized = said.do_normalize !== false;
  const factor = said.do_rescale === false ? 255 : 255 * (said.rescale_factor ?? 1 / 255);
  return {
    factor: Math.abs(factor - 1) < 1e-6 ? 1 : factor,
    mean: normalized ? (said.image_mean ?? [...stats.mean]) : [0, 0, 0],
    std: normalized ? (said.image_std ?? [...stats.std]) : [1, 1, 1],
    square: ownSquare(said),
  };
}

/**
 * The side of the squares that the preprocessing of a checkpoint makes; undefined if its files do not
 * say it.
 * @throws UserError if a file is damaged, or the images are not square
 */
export function preparedSize(files: CheckpointFiles): number | undefined {
  const { file: [name] = [], raw } = findPreprocessing(files);
  if (name === undefined) return undefined;
  const said = checked(schema, raw, files.pathOf(name));
  const key = lastSize(said);
  const [side, ...others] = sidesOf(said[key]);
  if (others.some((other) => other !== side)) {
    throw new UserError(`${files.pathOf(name)}: ${key} ${JSON.stringify(said[key])}: expected a square`);
  }
  return side;
}

/** Resizing and cutting as a file says, with the defaults of `CLIPImageProcessor`. */
function ownSquare(said: z.infer<typeof schema>): OwnSquare | undefined {
  const filter = ({ 2: 'bilinear', 3: 'bicubic' } as const)[(said.resample ?? 3) as 2 | 3];
  const [resized] = sidesOf(said.size);
  const [cut] = sidesOf(said.crop_size);
  const size = said.do_center_crop === false ? resized : (cut ?? resized);
  if (filter === undefined || size === undefined) return undefined;
  const whole = said.do_center_crop !== true && typeof said.size === 'object' && said.size !== null && 'height' in said.size;
  return whole ? { size, filter } : { size, filter, shortest: resized ?? size, crop: 'floor' };
}

function findPreprocessing(files: CheckpointFiles): { file: string[]; raw?: unknown } {
  const [legacy, processor] = PREPROCESSING_FILES;
  if (files.has(processor)) {
    const nested = (readCheckpointJson(files, processor) as { image_processor?: unknown } | null)?.image_processor;
    if (nested !== undefined) return { file: [processor], raw: nested };
  }
  return files.has(legacy) ? { file: [legacy], raw: readCheckpointJson(files, legacy) } : { file: [] };
}

/** Refuses settings that matter but are not supported. */
function refuse(said: z.infer<typeof schema>, raw: object, file: string, imageSize: number | undefined): void {
  const no = (key: string, why: string): UserError => new UserError(`${file}: ${key} ${JSON.stringify(said[key])}: ${why}`);
  for (const [key, value] of Object.entries(raw)) {
    const inert = value === null || value === false || key.startsWith('_') || WITHOUT_EFFECT.has(key);
    if (!inert && !Object.hasOwn(schema.shape, key)) throw no(key, 'this step is not supported, and it may change what the model sees');
  }
  if (said.do_resize === false) throw no('do_resize', 'images are always resized to the size of the model');
  if (said.resample != null && ![1, 2, 3].includes(said.resample)) {
    throw no('resample', 'images are resized smoothly; expected 1 (Lanczos), 2 (bilinear) or 3 (bicubic)');
  }
  const key = said.image_processor_type == null ? 'feature_extractor_type' : 'image_processor_type';
  const type = said[key];
  if (type != null && !type.startsWith('CLIP') && (said.image_mean == null || said.image_std == null)) {
    throw no(key, 'its defaults are not those of CLIP; expected image_mean and image_std to be given');
  }
  const last = lastSize(said);
  const other = sidesOf(said[last]).find((length) => length !== imageSize);
  if (imageSize !== undefined && other !== undefined) throw no(last, `config.json says that images are ${imageSize} pixels wide`);
}

/** The key with the size of the result. */
function lastSize(said: z.infer<typeof schema>): 'size' | 'crop_size' {
  return said.do_center_crop !== false && said.crop_size != null ? 'crop_size' : 'size';
}

function sidesOf(value: z.infer<typeof sides>): number[] {
  if (value == null) return [];
  if (typeof value === 'number') return [value];
  return Object.values(value).filter((length): length is number => length !== undefined);
}
