import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * The folder of the package, set by the first line of each file that `npm run build` writes;
 * undefined in the sources.
 */
declare const MEDICLIP_PACKAGE: string | undefined;

let found: string | undefined;

/** True if this code was built into an installed package; false if the sources themselves run. */
export function isBuilt(): boolean {
  return typeof MEDICLIP_PACKAGE === 'string';
}

/**
 * The folder with models, vocabulary and scripts. For a built package it is its own folder. For the
 * sources it is `MEDICLIP_ROOT` if the launcher set it, else the nearest folder, from the working
 * directory upwards, whose package.json is this project's. (Cells of a notebook have no
 * `__dirname`.)
 */
export function projectRoot(): string {
  if (typeof MEDICLIP_PACKAGE === 'string') return MEDICLIP_PACKAGE;
  found ??= process.env.MEDICLIP_ROOT ?? search(process.cwd());
  return found;
}

function search(from: string): string {
  for (let dir = path.resolve(from); ; dir = path.dirname(dir)) {
    const file = path.join(dir, 'package.json');
    if (fs.existsSync(file) && /"name":\s*"mediclip-notebooks"/.test(fs.readFileSync(file, 'utf8'))) return dir;
    if (path.dirname(dir) === dir) throw new Error(`no MediCLIP project in ${from} or above; start in the project's folder`);
  }
}

/**
 * The folder for things that can be regenerated: `.cache` of the project. An installed package must
 * not write to its own folder and uses `mediclip` in the user's cache (`$XDG_CACHE_HOME` if set).
 */
export function cacheFolder(): string {
  return isBuilt() ? path.join(userCache(), 'mediclip') : path.join(projectRoot(), '.cache');
}

function userCache(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (xdg) return path.resolve(xdg);
  if (process.platform === 'win32' && local) return local;
  return path.join(os.homedir(), ...(process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']));
}

/**
 * The start file of a worker thread: `src/FOLDER/NAME.cjs` in the sources, `dist/NAME.js` in a
 * built package.
 */
export function workerFile(folder: string, name: string): string {
  return path.join(projectRoot(), ...(isBuilt() ? ['dist', `${name}.js`] : ['src', folder, `${name}.cjs`]));
}
