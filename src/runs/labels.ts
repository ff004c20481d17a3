import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../common/checked';
import { readJson, SMALL_FILE, writeJson } from '../common/node/files';
import { LABELS_FILE } from './run-start';

/** The name under which a table shows a run. */
export interface VariantName {
  group: string;
  label: string;
  /** Index among the variants of the grid. */
  order: number;
}

const schema = z.object({ variants: z.array(z.object({ group: z.string(), label: z.string(), order: z.number().finite() })) });

/**
 * The names under which tables show a run; undefined if no grid has set any.
 * @throws UserError if the file is damaged
 */
export function readLabels(run: string): VariantName[] | undefined {
  const file = path.join(run, LABELS_FILE);
  if (!fs.existsSync(file)) return undefined;
  return checked(schema, readJson(file, SMALL_FILE), file, 'run the grid again, or remove the file').variants as VariantName[];
}

/**
 * Names a run for tables. Names that another grid set in its own groups stay, so that two grids can
 * share a folder.
 * @param groups - all groups of this grid, including those without this run
 */
export function writeLabels(run: string, variants: readonly VariantName[], groups: readonly string[]): void {
  const before = readLabels(run) ?? [];
  const after = [...before.filter(({ group }) => !groups.includes(group)), ...variants];
  if (before.length > 0 && JSON.stringify(before) === JSON.stringify(after)) return; // a finished run may be in a read-only folder
  writeJson(path.join(run, LABELS_FILE), { variants: after });
}
