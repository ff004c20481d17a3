import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The folder of the package, set by the first line of each file that `npm run build` writes; the sources do not have it. */
declare const MEDICLIP_PACKAGE: string | undefined;

let found: string | undefined;

/** Whether this code was built into a package that somebody installs; false where the sources themselves run. */
export function isBuilt(): boolean {
  return typeof MEDICLIP_PACKAGE === 'string';
}

/**
 * The folder that holds models, vocabulary and scripts: in a built package its own. Of the sources it is `MEDICLIP_ROOT` where the
 * launcher set it, else the nearest folder upwards from the working directory whose package.json is this project's. (Cells of a
 * notebook have no `__dirname`.)
 */
export function projectRoot(): string {
  if (typeof MEDICLIP_PACKAGE === 'string') return MEDICLIP_PACKAGE;
  found ??= process.env.MEDICLIP_ROOT ?? search(process.cwd());
  return found;
}

function search(from: string): string {
  for (let dir = path.resolve(from); ; dir = path.dirname(dir)) {
    const file = path.join(dir, 'package.json');
    if (fs.existsSync(file) && (JSON.parse(fs.readFileSync(file, 'utf8')) as { name?: unknown }).name === 'mediclip-notebooks') return dir;
    if (path.dirname(dir) === dir) throw new Error(`no MediCLIP project in ${from} or above; start in the project's folder`);
  }
}

/**
 * Where things are kept that can be made again: `.cache` of the project, or of an installed package, in whose folder nothing may be
 * written, `mediclip` in the user's cache (`$XDG_CACHE_HOME` where it is set).
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

/** The file that a worker thread starts from: of the sources `src/FOLDER/NAME.cjs`, of a built package `dist/NAME.js`. */
export function workerFile(folder: string, name: string): string {
  return path.join(projectRoot(), ...(isBuilt() ? ['dist', `${name}.js`] : ['src', folder, `${name}.cjs`]));
}
