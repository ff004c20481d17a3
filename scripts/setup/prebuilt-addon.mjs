import fs from 'node:fs';
import path from 'node:path';
import { run } from './run.mjs';
import { textOf, writeWhole } from './stamp.mjs';

const HOST = 'https://storage.googleapis.com/';
const LIMIT_SECONDS = 900;

/** Whether the host of the prebuilt libraries answers within ten seconds. */
async function reachable(url) {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(10_000) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Fetches the TensorFlow library and the addon built by the authors of the package (an older
 * TensorFlow).
 * @param {object} context
 * @param {string} packageFolder folder of @tensorflow/tfjs-node-gpu
 * @param {'cpu' | 'gpu'} kind
 * @returns {Promise<string | null>} what went wrong, or null
 */
export async function fetchPrebuilt(context, packageFolder, kind) {
  const supported = ['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64', 'win32 x64'].includes(`${process.platform} ${process.arch}`);
  if (!supported) return `there is no prebuilt library for ${process.platform} ${process.arch}`;
  if (!(await reachable(process.env.TFJS_NODE_CDN_STORAGE || HOST))) return `the site of the prebuilt library (${HOST}) cannot be reached`;
  const manifest = path.join(packageFolder, 'package.json');
  const before = textOf(manifest); // the package's script rewrites it temporarily
  const env = { ...process.env, PATH: `${path.join(context.root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}` };
  const options = { cwd: packageFolder, env, limitSeconds: LIMIT_SECONDS };
  const { code, tail } = await run(context, 'addon', process.execPath, [path.join('scripts', 'install.js'), kind, 'download'], options);
  if (textOf(manifest) !== before) writeWhole(manifest, before);
  if (code === 0 && fs.existsSync(path.join(packageFolder, 'lib'))) return null;
  return `the prebuilt library could not be installed: ${tail.split('\n').pop()}`;
}
