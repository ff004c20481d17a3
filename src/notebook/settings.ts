import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { projectRoot } from '../common/project-root';

/** What a notebook can be asked to do otherwise, in its first cell or by environment variables. */
export interface NotebookSettings {
  /** A folder in the published layout, absolute or below the project, or a procedural set's name such as `phantom-brain` (`MEDICLIP_DATASET`). */
  dataset: string;
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
 * A notebook's settings: its own values, of which the environment may replace any.
 * @throws UserError naming the variable that is no whole number in its range
 */
export function notebookSettings(own: NotebookSettings, env: Record<string, string | undefined> = process.env): NotebookSettings {
  const number = (name: string, value: number, least: number): number => {
    const text = env[name]?.trim();
    if (!text) return value;
    const given = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(given) || given < least)
      throw new UserError(`${name}: expected a whole number of ${least} or more, got ${JSON.stringify(text)}`, 2);
    return given;
  };
  return {
    dataset: env.MEDICLIP_DATASET?.trim() || own.dataset,
    model: env.MEDICLIP_MODEL?.trim() || own.model,
    shots: number('MEDICLIP_SHOTS', own.shots, 1),
    epochs: number('MEDICLIP_EPOCHS', own.epochs, 1),
    seed: number('MEDICLIP_SEED', own.seed, 0),
  };
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
