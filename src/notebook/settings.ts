import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { projectRoot } from '../common/node/project-root';

/** What a notebook's first cell or environment variables can change. */
export interface NotebookSettings {
  /**
   * A folder in the published layout, absolute or below the project, or the name of a procedural
   * data set such as `phantom-brain` (`MEDICLIP_DATASET`).
   */
  dataset: string;
  /** Several data sets, at least one; separated by commas in `MEDICLIP_DATASETS`. */
  datasets: readonly string[];
  /**
   * A folder with `normal/` and, if there are any, `abnormal/` and `masks/`; `demo-metal` for a
   * generated one (`MEDICLIP_IMAGES`).
   */
  images: string;
  /**
   * A folder of finished runs, absolute or below the project; `make` for runs that the notebook
   * trains (`MEDICLIP_RUNS`).
   */
  runs: string;
  /** Name or folder of a CLIP (`MEDICLIP_MODEL`). */
  model: string;
  /** Normal images to learn from, K (`MEDICLIP_SHOTS`). */
  shots: number;
  /** Passes over the support set (`MEDICLIP_EPOCHS`). */
  epochs: number;
  /** Decides the support set, the initial values and every synthetic anomaly (`MEDICLIP_SEED`). */
  seed: number;
}

/**
 * The settings of a notebook: its own values, any of which an environment variable may replace. A
 * notebook names those that it uses.
 * @throws UserError that names the variable whose value is not a whole number in its range
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
 * A place for a run of a notebook, `runs/notebooks/NAME`. What an earlier execution left there is
 * removed, so that a notebook can be run again and again.
 * @throws UserError if the name is not a plain folder name
 */
export function freshRunFolder(name: string, parent = path.join(projectRoot(), 'runs', 'notebooks')): string {
  if (!/^[\w-]+$/.test(name)) throw new UserError(`run folder ${JSON.stringify(name)}: a name holds letters, digits, "-" and "_" only`);
  const dir = path.join(parent, name);
  fs.rmSync(dir, { recursive: true, force: true });
  return dir;
}
