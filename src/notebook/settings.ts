import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { projectRoot } from '../common/node/project-root';

/** What a notebook can be asked to do otherwise, in its first cell or by environment variables. */
export interface NotebookSettings {
  /** A folder in the published layout, absolute or below the project, or a procedural set's name such as `phantom-brain` (`MEDICLIP_DATASET`). */
  dataset: string;
  /** Several of them, separated by commas in `MEDICLIP_DATASETS`; at least one. */
  datasets: readonly string[];
  /** A folder with `normal/` and, if there are any, `abnormal/` and `masks/`; `demo` for a drawn one (`MEDICLIP_IMAGES`). */
  images: string;
  /** A folder of finished runs, absolute or below the project; `make` for runs that the notebook makes (`MEDICLIP_RUNS`). */
  runs: string;
  /** Name or folder of a CLIP (`MEDICLIP_MODEL`). */
  model: string;
  /** Normal images to learn from, K (`MEDICLIP_SHOTS`). */
  shots: number;
  /** Passes over the support set (`MEDICLIP_EPOCHS`). */
  epochs: number;
  /** Decides the support set, the initial values and every synthesised anomaly (`MEDICLIP_SEED`). */
  seed: number;
}

/**
 * A notebook's settings: its own values, of which the environment may replace any. A notebook names those that it uses.
 * @throws UserError naming the variable that is no whole number in its range
 */
export function notebookSettings<K extends keyof NotebookSettings>(
  own: Pick<NotebookSettings, K>,
  env: Record<string, string | undefined> = process.env,
): Pick<NotebookSettings, K> {
  const number = (name: string, value: number, least: number): number => {
    const text = env[name]?.trim();
    if (!text) return value;
    const given = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(given) || given < least)
      throw new UserError(`${name}: expected a whole number of ${least} or more, got ${JSON.stringify(text)}`, 2);
    return given;
  };
  const text = (name: string, value: string): string => env[name]?.trim() || value;
  const list = (name: string, value: readonly string[]): readonly string[] => {
    const given = (env[name] ?? '').split(',').map((part) => part.trim());
    const names = given.filter((part) => part !== '');
    return names.length > 0 ? names : value;
  };
  const read: { [Key in keyof NotebookSettings]: (value: NotebookSettings[Key]) => NotebookSettings[Key] } = {
    dataset: (value) => text('MEDICLIP_DATASET', value),
    datasets: (value) => list('MEDICLIP_DATASETS', value),
    images: (value) => text('MEDICLIP_IMAGES', value),
    runs: (value) => text('MEDICLIP_RUNS', value),
    model: (value) => text('MEDICLIP_MODEL', value),
    shots: (value) => number('MEDICLIP_SHOTS', value, 1),
    epochs: (value) => number('MEDICLIP_EPOCHS', value, 1),
    seed: (value) => number('MEDICLIP_SEED', value, 0),
  };
  const settings = { ...own };
  for (const key of Object.keys(own) as K[]) settings[key] = read[key](own[key]);
  return settings;
}

/**
 * An empty place for a notebook's run, `runs/notebooks/NAME`; what an earlier execution left there is removed, so that a
 * notebook can be run again and again.
 * @throws UserError if the name is no plain folder name
 */
export function freshRunFolder(name: string, parent = path.join(projectRoot(), 'runs', 'notebooks')): string {
  if (!/^[\w-]+$/.test(name)) throw new UserError(`run folder ${JSON.stringify(name)}: a name holds letters, digits, "-" and "_" only`);
  const dir = path.join(parent, name);
  fs.rmSync(dir, { recursive: true, force: true });
  return dir;
}
