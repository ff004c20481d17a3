import fs from 'node:fs';
import path from 'node:path';

let found: string | undefined;

/**
 * The folder of this project: `MEDICLIP_ROOT` where the launcher set it, else the nearest folder upwards from the
 * working directory whose package.json is this project's. (Cells of a notebook have no `__dirname`.)
 */
export function projectRoot(): string {
  found ??= process.env.MEDICLIP_ROOT ?? search(process.cwd());
  return found;
}

function search(from: string): string {
  for (let dir = path.resolve(from); ; dir = path.dirname(dir)) {
    const file = path.join(dir, 'package.json');
    if (fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"mediclip-notebooks"')) return dir;
    if (path.dirname(dir) === dir) throw new Error(`no MediCLIP project in ${from} or above; start in the project's folder`);
  }
}
