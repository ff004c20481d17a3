import fs from 'node:fs';
import path from 'node:path';
import { findProgram, run } from './run.mjs';

/**
 * The C++ compiler: $CXX (conda sets it) if that is just the name of a compiler, else g++, clang++
 * or c++ on PATH; null if there is none.
 */
export function findCompiler(env = process.env) {
  const named = env.CXX?.trim(); // "ccache g++" is two programs, and g++ is found on PATH anyway
  for (const name of [named, 'g++', 'clang++', 'c++']) {
    const file = name ? findProgram(name, env.PATH) : null;
    if (file !== null) return file;
  }
  return null;
}

/**
 * Compiles the addon of @tensorflow/tfjs-node-gpu against the TensorFlow of a Python package. The
 * addon's run path names the folder of that package. The package's libraries find CUDA relative to
 * their own location, so they are used where they are. The result replaces the old addon in one
 * step; a process that has loaded the old one keeps it.
 * @param {object} context
 * @param {{ addon: string, packageFolder: string, headers: string, tensorflow: string, compiler:
 * string }} places
 * @returns {Promise<string | null>} what went wrong, or null
 */
export async function compileAddon(context, { addon, packageFolder, headers, tensorflow, compiler }) {
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => path.join(tensorflow, name));
  const absent = [...libraries, path.join(tensorflow, 'include', 'tensorflow', 'c', 'c_api.h')].find((file) => !fs.existsSync(file));
  if (absent !== undefined) return `${absent} is missing`;
  fs.mkdirSync(path.dirname(addon), { recursive: true });
  for (const name of fs.readdirSync(path.dirname(addon))) {
    if (name.endsWith('.tmp')) fs.rmSync(path.join(path.dirname(addon), name)); // left by a set-up that was killed
  }
  const partial = `${addon}.${process.pid}.tmp`;
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => path.join(packageFolder, 'binding', name));
  const defines = ['-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'];
  const includes = [`-I${headers}`, `-I${path.join(tensorflow, 'include')}`, `-I${packageFolder}`];
  const args = ['-shared', '-fPIC', '-O2', '-std=c++17', ...defines, ...includes, ...sources, '-o', partial];
  args.push(...libraries, `-Wl,-rpath,${tensorflow}`);
  const { code, tail } = await run(context, 'addon', compiler, args, { limitSeconds: 600 });
  if (code !== 0) {
    fs.rmSync(partial, { force: true });
    return `the compiler failed: ${tail.split('\n').find((line) => line.includes('error')) ?? tail.split('\n').pop()}`;
  }
  fs.renameSync(partial, addon);
  return null;
}
