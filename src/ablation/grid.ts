import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../common/errors';
import { explainIssue } from '../common/explain-issue';
import { readYaml } from '../common/node/read-yaml';
import { DIFFICULTIES, PHANTOM_NAMES, PHANTOM_SIZES } from '../phantoms/names';
import { mergeSettings, trainingConfig } from '../runs/config';

/** The most values of a list. The number of cells has its own limit, in `expandGrid`. */
const MAX_VALUES = 1000;
const areDistinct = <T>(values: readonly T[]): boolean => new Set(values).size === values.length;
const REPEATED = 'the same value is there twice';
const wholeNumbers = (lowest: number): z.ZodEffects<z.ZodArray<z.ZodNumber, 'atleastone'>> =>
  z.array(z.number().int().min(lowest).safe()).nonempty().max(MAX_VALUES).refine(areDistinct, REPEATED);
const names = z.array(z.string().min(1)).nonempty().refine(areDistinct, REPEATED);
const settings = z.record(z.unknown());

const generated = z
  .object({
    generate: z.enum(PHANTOM_NAMES),
    size: z.enum(PHANTOM_SIZES).default('small'),
    seed: z.number().int().min(0).safe().default(1),
    difficulty: z.union([z.enum(['easy', 'medium', 'hard']).transform((word) => DIFFICULTIES[word]), z.number().min(0).max(1)]).optional(),
  })
  .strict();
const folder = z.object({ dir: z.string().min(1), class: z.string().min(1).optional(), optional: z.boolean().default(false) }).strict();

const variant = z
  .object({
    label: z
      .string()
      .min(1)
      .max(80)
      .regex(/^\P{Cc}*$/u, 'a line of text without control characters is expected'),
    group: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected small letters, digits and "-"'),
    settings: settings.default({}),
    datasets: names.optional(),
    models: names.optional(),
    shots: wholeNumbers(1).optional(),
    seeds: wholeNumbers(0).optional(),
    transfer: z.union([z.boolean(), names]).optional(),
    /** Leaves out models that are not on this machine. */
    optional: z.boolean().default(false),
  })
  .strict();

const schema = z
  .object({
    datasets: z.array(z.union([generated, folder])).nonempty(),
    models: names.default(['compact']),
    shots: wholeNumbers(1).default([16]),
    seeds: wholeNumbers(0).default([1, 2, 3]),
    base: settings.default({}),
    variants: z.array(variant).nonempty().max(MAX_VALUES),
    transfer: z.union([z.boolean(), names]).default(false),
  })
  .strict();

/**
 * A procedural data set that is generated when it is needed, or the folder of a data set, relative
 * to the grid's file.
 */
export type DatasetSpec =
  | { generate: (typeof PHANTOM_NAMES)[number]; size: (typeof PHANTOM_SIZES)[number]; seed: number; difficulty?: number }
  | { dir: string; class?: string; optional: boolean };

/** One row of a table: the settings that differ from the grid's base, and a readable name. */
export interface GridVariant {
  label: string;
  /** The table that the variant belongs to: `methods`, `components`, `tasks` or any other. */
  group: string;
  /** Settings of a run; each replaces the one of the same name in `base`. */
  settings: Record<string, unknown>;
  /** These replace the grid's own lists. */
  datasets?: string[];
  models?: string[];
  shots?: number[];
  seeds?: number[];
  transfer?: boolean | string[];
  /** Models that are not on this machine are left out, and said to be. */
  optional?: boolean;
}

/**
 * A grid of runs: every variant on every data set and model, with every number of shots and every
 * seed.
 */
export interface Grid {
  /** The file it was read from. */
  file: string;
  datasets: DatasetSpec[];
  models: string[];
  shots: number[];
  seeds: number[];
  base: Record<string, unknown>;
  variants: GridVariant[];
  /**
   * Other data sets on which finished runs are tested: true for all of the grid, or their names.
   */
  transfer: boolean | string[];
}

/**
 * Reads a grid from a YAML or JSON file and checks everything that does not depend on the data and
 * the models.
 * @throws UserError naming the file and the key; unknown keys are errors too
 */
export function readGrid(file: string): Grid {
  return checkGrid(readYaml(file), file);
}

/** Checks the content of a grid's file. */
export function checkGrid(value: unknown, file: string): Grid {
  const result = schema.safeParse(value ?? {});
  if (result.success === false) throw new UserError(`${file}: ${explain(result.error.issues[0])}`, 2);
  const grid = { file: path.resolve(file), ...result.data } as Grid;
  const seen = new Set<string>();
  for (const { label, group } of grid.variants) {
    const name = JSON.stringify([group, label]);
    if (seen.has(name)) throw new UserError(`${file}: variants: two variants of the group ${group} are called ${JSON.stringify(label)}`, 2);
    seen.add(name);
  }
  checkSettings(grid.base, `${file}: base`);
  grid.variants.forEach((v, i) => {
    const where = `${file}: variants.${i} (${v.label}): settings`;
    checkSettings(v.settings, where);
    trainingConfig(mergeSettings(grid.base, v.settings, where), where);
  });
  return grid;
}

function checkSettings(given: Record<string, unknown>, where: string): void {
  for (const axis of ['shots', 'seed']) {
    if (axis in given)
      throw new UserError(`${where}: ${axis} is an axis of the grid; list the values under ${axis.replace(/d$/, 'ds')}`, 2);
  }
  trainingConfig(given, where);
}

/**
 * One line for the first error. For a union, it comes from the alternative that the value resembles
 * most.
 */
function explain(issue: z.ZodIssue): string {
  if (issue.code === 'invalid_union') {
    const isFolder = (error: z.ZodError): boolean =>
      error.issues.some((i) => i.code === 'unrecognized_keys' && i.keys.includes('generate'));
    const closest = issue.unionErrors.find(
      (error) => !isFolder(error) && !error.issues.some((i) => i.path[i.path.length - 1] === 'generate' && i.message === 'Required'),
    );
    const first = (closest ?? issue.unionErrors[0]).issues[0];
    return first.path.length >= issue.path.length ? explain(first) : `${issue.path.join('.')}: ${first.message}`;
  }
  return explainIssue(issue, { knownKeys });
}

function knownKeys(at: readonly (string | number)[]): string[] {
  if (at[0] === 'variants') return Object.keys(variant.shape);
  if (at[0] === 'datasets') return [...Object.keys(generated.shape), ...Object.keys(folder.shape)];
  return Object.keys(schema.shape);
}
