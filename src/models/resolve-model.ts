import fs from 'node:fs';
import path from 'node:path';
import { foundAmong, hasWeights, INDEX, SINGLE } from '../backbones/checkpoint/weight-files';
import { familyOf } from '../backbones/families';
import { UserError } from '../common/errors';
import { ensureUntrained, UNTRAINED } from './untrained';
import { EMBEDDED, embeddedFolder, folderOf, huggingFaceHome, isHubName, modelsFolder } from './model-names';
import { checkpointFolder, namesIn } from '../backbones/node/checkpoint-folder';

/** A model on this machine. */
export interface ResolvedModel {
  name: string;
  /** Folder with the configuration and the weights, absolute. */
  dir: string;
}

/**
 * Finds a model on this machine: by its name below `models/` (`compact`,
 * `openai/clip-vit-large-patch14`), by the path of its folder, or in the Hugging Face cache, where
 * other tools may have left it. `compact-untrained` is written on first use.
 * @param folder - where models are kept; default `models/`
 * @throws UserError that says how to get the model
 */
export function resolveModel(nameOrDir: string, folder = modelsFolder()): ResolvedModel {
  const name = nameOrDir.trim();
  const candidates = candidatesFor(name, folder);
  const dir = candidates.find((candidate) => candidate && isModel(candidate));
  if (dir) return { name, dir };
  if (name === UNTRAINED) return { name, dir: ensureUntrained() };
  const there = candidates.find((candidate) => candidate && fs.existsSync(candidate));
  throw new UserError(`model ${JSON.stringify(name)}: ${remedy(name, there)}`);
}

/** True if there is a folder for a name, whatever it holds: an optional model that was never fetched has none. */
export function isOnThisMachine(nameOrDir: string): boolean {
  const name = nameOrDir.trim();
  return name === UNTRAINED || candidatesFor(name, modelsFolder()).some((candidate) => candidate !== '' && fs.existsSync(candidate));
}

/** The folders in which a model may be, the first one first; '' where a name has none. */
function candidatesFor(name: string, folder: string): string[] {
  const isName = isHubName(name) || /^[A-Za-z0-9][\w.-]*$/.test(name);
  return [
    isName ? path.join(folder, folderOf(name)) : '',
    isName && folder === modelsFolder() ? path.join(embeddedFolder(), folderOf(name)) : '',
    name === '' ? '' : path.resolve(name),
    isHubName(name) ? (inCache(name) ?? '') : '',
  ];
}

/** True if a folder has a configuration and weights in safetensors, as some family of backbones. */
export function isModel(dir: string): boolean {
  const files = checkpointFolder(dir);
  const { config, weights } = familyOf(files);
  return files.has(config) && hasWeights(files, weights);
}

/**
 * The Hugging Face cache's folder of a model: the commit that `main` names, else any that is
 * complete.
 */
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

/** @param there - a folder or file of that name */
function remedy(name: string, there: string | undefined): string {
  if (there !== undefined) return fs.statSync(there).isDirectory() ? folderRemedy(there) : fileRemedy(there);
  if (EMBEDDED.includes(name)) return `this embedded model is missing; restore models/${name} from the repository`;
  if (isHubName(name)) return `not on this machine; fetch it with: npx mediclip models pull ${name}`;
  return 'there is no such model and no such folder; "npx mediclip models list" shows those on this machine';
}

function fileRemedy(file: string): string {
  const { base } = path.parse(file);
  const what = base === SINGLE ? 'give the folder that contains it' : foundAmong([base]);
  return `is a file; expected a folder with config.json and ${SINGLE}${what ? `; ${what}` : ''}`;
}

function folderRemedy(dir: string): string {
  const names = namesIn(dir);
  const found = foundAmong(names.filter((entry) => entry !== SINGLE));
  if (found !== undefined) return found;
  const weights = names.includes(SINGLE) || names.includes(INDEX);
  return weights
    ? 'the folder has no config.json beside its weights'
    : `the folder has no config.json with ${SINGLE} (or ${INDEX}) beside it`;
}
