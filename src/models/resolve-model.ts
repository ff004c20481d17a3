import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { ensureUntrained, UNTRAINED } from './untrained';
import { folderOf, huggingFaceHome, isHubName, modelsFolder } from './model-names';

/** A model on this machine. */
export interface ResolvedModel {
  name: string;
  /** Folder with `config.json` and the weights, absolute. */
  dir: string;
}

/**
 * Finds a model on this machine: one below `models/` by its name (`compact`, `openai/clip-vit-large-patch14`), a folder by its
 * path, or one that other tools left in the Hugging Face cache. `compact-untrained` is written where it is first asked for.
 * @param folder - where models are kept, by default `models/`
 * @throws UserError that says how to get the model
 */
export function resolveModel(nameOrDir: string, folder = modelsFolder()): ResolvedModel {
  const name = nameOrDir.trim();
  const isName = isHubName(name) || /^[A-Za-z0-9][\w.-]*$/.test(name);
  const candidates = [
    isName ? path.join(folder, folderOf(name)) : '',
    name === '' ? '' : path.resolve(name),
    isHubName(name) ? inCache(name) : '',
  ];
  const dir = candidates.find((candidate) => candidate && isModel(candidate));
  if (dir) return { name, dir };
  if (name === UNTRAINED) return { name, dir: ensureUntrained() };
  throw new UserError(`model ${JSON.stringify(name)}: ${remedy(name)}`);
}

/** Whether a folder has a configuration and weights in safetensors. */
export function isModel(dir: string): boolean {
  const has = (file: string): boolean => fs.existsSync(path.join(dir, file));
  return has('config.json') && (has('model.safetensors') || has('model.safetensors.index.json'));
}

/** The Hugging Face cache's folder of a model: the commit that `main` names, else any that is complete. */
function inCache(name: string): string | undefined {
  const hub = process.env.HF_HUB_CACHE || path.join(huggingFaceHome(), 'hub');
  const root = path.join(hub, `models--${folderOf(name)}`);
  const snapshots = path.join(root, 'snapshots');
  let commits: string[];
  try {
    commits = fs.readdirSync(snapshots).sort();
  } catch {
    return undefined;
  }
  const main = path.join(root, 'refs', 'main');
  const preferred = fs.existsSync(main) ? fs.readFileSync(main, 'utf8').trim() : '';
  commits.sort((a, b) => Number(b === preferred) - Number(a === preferred));
  return commits.map((commit) => path.join(snapshots, commit)).find(isModel);
}

function remedy(name: string): string {
  if (name !== '' && fs.existsSync(name))
    return 'the folder has no config.json with model.safetensors (or model.safetensors.index.json) beside it';
  if (name === 'compact') return 'the embedded model is missing; restore models/compact from the repository';
  if (isHubName(name)) return `not on this machine; fetch it with: npx mediclip models pull ${name}`;
  return 'there is neither such a model nor such a folder; "npx mediclip models list" shows those on this machine';
}
