import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { compileAddon, findCompiler } from './compile-addon.mjs';
import { environmentFacts } from './environment.mjs';
import { fetchPrebuilt } from './prebuilt-addon.mjs';
import { say } from './progress.mjs';
import { outputOf } from './run.mjs';
import { inputsHash, readStamp, writeStamp } from './stamp.mjs';

const RECIPE = 2;

/** The folders of the packages involved, and the file that the backend loads as its addon. */
function places(root) {
  const require = createRequire(path.join(root, 'package.json'));
  const manifest = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'package.json');
  const packageFolder = path.dirname(manifest);
  const addon = require('@mapbox/node-pre-gyp').find(manifest);
  return {
    addon,
    packageFolder,
    headers: require('node-api-headers').include_dir,
    stamp: path.join(path.dirname(addon), 'mediclip-setup.json'),
  };
}

/** What the addon depends on. The compiler belongs to it, so that one installed later is tried. */
function inputs(context) {
  const { root } = context;
  return inputsHash({
    recipe: RECIPE,
    node: process.versions.modules,
    platform: `${process.platform} ${process.arch}`,
    tensorflow: environmentFacts(context)?.tensorflow ?? null,
    compiler: findCompiler(),
    variant: context.variant,
    package: readStamp(path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'package.json'))?.version,
  });
}

/**
 * The result of loading the backend in a fresh process.
 * @returns {{ ok: boolean, tensorflow?: string, gpu?: boolean, error?: string }}
 */
export function checkNative(root) {
  const script = path.join(root, 'scripts', 'setup', 'check-native.cjs');
  const text = outputOf(process.execPath, ['-e', `require(${JSON.stringify(script)}); process.exitCode = 0`], 180);
  try {
    return JSON.parse(text.trim().split('\n').pop());
  } catch {
    return { ok: false, error: 'the process that loaded it ended without a result' };
  }
}

async function compiled(context, where) {
  if (process.platform !== 'linux') return `compilation is not supported on ${process.platform}`;
  const { tensorflow } = environmentFacts(context) ?? {};
  if (tensorflow?.failed) return tensorflow.failed;
  if (!tensorflow?.folder) return `${context.environment.source} has no TensorFlow`;
  const compiler = findCompiler();
  if (compiler === null) return 'there is no C++ compiler';
  return compileAddon(context, { ...where, tensorflow: tensorflow.folder, compiler });
}

/** Tries one way to get the addon, then loads it. */
async function attempt(root, how) {
  const wrong = await how();
  if (wrong !== null) return { wrong };
  const check = checkNative(root);
  return check.ok ? { check } : { wrong: `it does not load: ${check.error}` };
}

/**
 * Step: the native backend's addon, compiled or, failing that, prebuilt; else WebAssembly does the
 * work.
 */
export const nativeAddon = {
  name: 'TensorFlow backend',
  state: (context) => {
    if (!fs.existsSync(path.join(context.root, 'node_modules', 'node-api-headers')))
      return { state: 'missing', detail: 'no Node packages yet' };
    const { stamp, addon } = places(context.root);
    const made = readStamp(stamp);
    if (made?.inputs !== inputs(context))
      return { state: 'missing', detail: made ? 'built for another TensorFlow, Node or folder' : 'not built yet' };
    if (made.failed) return { state: 'given up', detail: made.failed, remedy: made.remedy };
    if (!fs.existsSync(addon)) return { state: 'missing', detail: 'the addon is gone' };
    return { state: 'ready', detail: `TensorFlow ${made.tensorflow}${made.gpu ? ' on the GPU' : ''}, ${made.origin}` };
  },
  make: async (context) => {
    const { root, variant } = context;
    const where = places(root);
    fs.rmSync(where.stamp, { force: true });
    let origin = 'compiled here';
    let result = await attempt(root, () => compiled(context, where));
    if (result.wrong) {
      say(`        not compiled: ${result.wrong}; trying the library that the package's authors built`);
      origin = 'prebuilt';
      const first = result.wrong;
      fs.rmSync(where.addon, { force: true });
      result = await attempt(root, () => fetchPrebuilt(context, where.packageFolder, variant === 'gpu' ? 'gpu' : 'cpu'));
      if (result.wrong) {
        const failed = `${first}; ${result.wrong}`;
        const remedy = first.includes('C++ compiler')
          ? 'install one (Debian, Ubuntu: "apt install g++"; Fedora: "dnf install gcc-c++"), then run "npm run setup"'
          : 'fix that (details in .cache/setup), then run "npm run setup"';
        writeStamp(where.stamp, { inputs: inputs(context), failed, remedy });
        say(`        no native backend: ${failed}`);
        say(`        everything runs with WebAssembly instead, which is several times slower; to change that: ${remedy}`);
        return;
      }
    }
    const { check } = result;
    writeStamp(where.stamp, { inputs: inputs(context), origin, tensorflow: check.tensorflow, gpu: check.gpu });
  },
};
