import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './progress.mjs';
import { run } from './run.mjs';
import { readStamp } from './stamp.mjs';

/**
 * The first difference between the installed Node packages and the lockfile, or null. npm writes
 * node_modules/.package-lock.json last, so an interrupted installation has none.
 */
export function packagesDiffer(root) {
  const wanted = readStamp(path.join(root, 'package-lock.json'))?.packages;
  if (!wanted) throw new SetupError('package-lock.json is missing or damaged', 'restore it: git checkout package-lock.json');
  const installed = readStamp(path.join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!installed) return 'not installed yet';
  for (const [folder, entry] of Object.entries(wanted)) {
    if (folder === '') continue;
    const there = installed[folder];
    if (there === undefined) {
      if (entry.optional || entry.devOptional || entry.peer) continue; // for another platform
      return `${folder} is missing`;
    }
    if (there.version !== entry.version) return `${folder} is ${there.version}, not ${entry.version}`;
    if (!fs.existsSync(path.join(root, folder, 'package.json'))) return `${folder} is missing`;
  }
  return null;
}

/** Step: the Node packages of the lockfile, without their install scripts. */
export const packages = {
  name: 'Node packages',
  state: ({ root }) => {
    const difference = packagesDiffer(root);
    return difference === null ? { state: 'ready', detail: 'as in package-lock.json' } : { state: 'missing', detail: difference };
  },
  make: async (context) => {
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-progress', '--include=dev'];
    const npm = process.env.npm_execpath; // the npm that started this, if any
    const viaNode = npm?.endsWith('.js') && fs.existsSync(npm);
    const { code, tail } = viaNode
      ? await run(context, 'packages', process.execPath, [npm, ...args])
      : await run(context, 'packages', process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
    if (code !== 0) throw new SetupError(`npm ci failed:\n${tail}`, 'see .cache/setup/packages.log; is the npm registry reachable?');
  },
};
