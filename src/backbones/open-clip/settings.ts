import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import { CLIP_STATS } from '../../image/pixel-values';
import { readCheckpointJson, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { OPEN_CLIP_CONFIG } from '../checkpoint/config-files';
import { count } from '../checkpoint/count';
import type { Preprocessing } from '../checkpoint/preprocessing';
import type { WeightNames } from '../checkpoint/weight-files';

/** The files with weights of open_clip. */
export const OPEN_CLIP_WEIGHTS: WeightNames = { single: 'open_clip_model.safetensors', index: 'open_clip_model.safetensors.index.json' };

const record = z.record(z.unknown());
const triple = (low: number): z.ZodTuple<[z.ZodNumber, z.ZodNumber, z.ZodNumber]> => {
  const number = z.number().min(low).max(1e6);
  return z.tuple([number, number, number]);
};

const schema = z
  .object({
    model_cfg: z
      .object({
        embed_dim: count(65536),
        vision_cfg: record,
        text_cfg: record,
        quick_gelu: z.boolean().default(false),
        /** Whether the text tower has names of its own; the names in the weights tell. */
        custom_text: z.boolean().nullish(),
        /** What training starts with. */
        init_logit_scale: z.number().nullish(),
        init_logit_bias: z.number().nullish(),
        nonscalar_logit_scale: z.boolean().nullish(),
      })
      .strict(),
    preprocess_cfg: z
      .object({
        mean: triple(-1e6).nullish(),
        std: triple(1e-6).nullish(),
        size: z.union([z.number(), z.array(z.number())]).nullish(),
        mode: z.literal('RGB').nullish(),
        interpolation: z.enum(['bicubic', 'bilinear', 'random']).nullish(),
        resize_mode: z.enum(['shortest', 'squash']).nullish(),
        /** Colour of what a picture does not fill; with these modes it fills all. */
        fill_color: z.unknown(),
      })
      .strict()
      .default({}),
  })
  .strict();

/** `open_clip_config.json`, with the towers still unread. */
export type OpenClipSettings = z.infer<typeof schema>;

/** True if a checkpoint has a configuration of open_clip whose towers satisfy a condition. */
export function hasTowers(
  files: CheckpointFiles,
  fits: (vision: Record<string, unknown>, text: Record<string, unknown>) => boolean,
): boolean {
  if (!files.has(OPEN_CLIP_CONFIG)) return false;
  try {
    const { model_cfg: model } = JSON.parse(files.readText(OPEN_CLIP_CONFIG)) as { model_cfg?: Record<string, unknown> };
    return fits((model?.vision_cfg ?? {}) as Record<string, unknown>, (model?.text_cfg ?? {}) as Record<string, unknown>);
  } catch {
    return false; // what is wrong with it is said when it is read
  }
}

/** Reads `open_clip_config.json`. @throws UserError naming the key and what was expected */
export function readOpenClipSettings(files: CheckpointFiles): OpenClipSettings {
  return checked(
    schema,
    readCheckpointJson(files, OPEN_CLIP_CONFIG),
    files.pathOf(OPEN_CLIP_CONFIG),
    'expected a configuration of open_clip',
  );
}

/** The statistics of the pixels, and how open_clip makes an image square, for images of `size` pixels. */
export function openClipPreprocessing({ preprocess_cfg: said }: OpenClipSettings, size: number, where: string): Preprocessing {
  const other = [said.size ?? []].flat().find((side) => side !== size);
  if (other !== undefined) throw new UserError(`${where}: preprocess_cfg: size ${other}: the model is made for images of ${size} pixels`);
  return {
    factor: 1,
    mean: [...(said.mean ?? CLIP_STATS.mean)] as [number, number, number],
    std: [...(said.std ?? CLIP_STATS.std)] as [number, number, number],
    square: {
      size,
      filter: said.interpolation === 'bilinear' ? 'bilinear' : 'bicubic',
      shortest: said.resize_mode === 'squash' ? undefined : size,
      crop: 'round',
    },
  };
}

/** A value of a key under which a setting has no effect; `any` if the key never has one. */
export type Inert = Readonly<Record<string, readonly unknown[] | 'any'>>;

/**
 * Refuses keys that are not read, unless they are without effect.
 * @param where - names the object in errors
 */
export function refuseOtherKeys(raw: object, read: readonly string[], inert: Inert, where: string): void {
  for (const [key, value] of Object.entries(raw) as [string, unknown][]) {
    if (read.includes(key) || value === null) continue;
    const harmless = Object.hasOwn(inert, key) ? inert[key] : [];
    if (harmless === 'any' || harmless.includes(value)) continue;
    throw new UserError(
      `${where}: ${key} ${JSON.stringify(value).slice(0, 80)}: is not supported, and it may change the meaning of the weights`,
    );
  }
}
