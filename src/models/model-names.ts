import os from 'node:os';
import path from 'node:path';
import { cacheFolder, isBuilt, projectRoot } from '../common/node/project-root';

/** The models in the repository. */
export const EMBEDDED: readonly string[] = ['compact', 'compact-medical'];

/** The folder that holds the pulled models and, inside the project, the embedded model. */
export function modelsFolder(): string {
  return isBuilt() ? path.join(cacheFolder(), 'models') : embeddedFolder();
}

/** The folder that holds the embedded model. */
export function embeddedFolder(): string {
  return path.join(projectRoot(), 'models');
}

/** True if a text has the form of a model name on the hub: `openai/clip-vit-large-patch14`. */
export function isHubName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/.test(name) && !/--|\.\.|\.git$/.test(name);
}

/** The folder name of a pulled model: `openai--clip-vit-large-patch14`. */
export function folderOf(hubName: string): string {
  return hubName.replace('/', '--');
}

/** The model name of a folder below `models/`. */
export function nameOf(folder: string): string {
  const name = folder.replace('--', '/');
  return isHubName(name) ? name : folder;
}

/** `$HF_HOME`: where Hugging Face tools keep their token and their cache. */
export function huggingFaceHome(): string {
  const { HF_HOME: home, XDG_CACHE_HOME: cache } = process.env;
  return home || path.join(cache || path.join(os.homedir(), '.cache'), 'huggingface');
}
