import util from 'node:util';
import { messageOf, UsageError, UserError } from '../errors';
import { nativeRuntime } from '../../graph/node/native-runtime';
import { registerGraphRuntime } from '../../graph/runtime';
import { tf } from '../tf';
import { isBuilt } from './project-root';
import { quietLoad } from './quiet-load';

/** The two backends that run everything; `tensorflow` is the native one (CPU or GPU). */
export type BackendName = 'tensorflow' | 'wasm';

/** Settings with which TensorFlow starts, unless the environment sets them. */
const TENSORFLOW_ENVIRONMENT = {
  TF_CPP_MIN_LOG_LEVEL: '2',
  /**
   * Each process allocates GPU memory as needed, so several can share a GPU; by default the first
   * takes nearly all.
   */
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  /**
   * Products on a GPU are float32, as everywhere else; by default TensorFlow rounds their factors
   * to the 10 bits of TF32.
   */
  NVIDIA_TF32_OVERRIDE: '0',
};

let ready: Promise<BackendName> | undefined;

/**
 * Makes a backend ready, once per process: the native one if its library loads, else WebAssembly,
 * with one note on stderr. `MEDICLIP_BACKEND=wasm` or `tensorflow` selects one.
 * @throws UserError if the selected backend does not exist or cannot be loaded
 */
export function initBackend(): Promise<BackendName> {
  ready ??= start(process.env.MEDICLIP_BACKEND || undefined);
  return ready;
}

async function start(wanted: string | undefined): Promise<BackendName> {
  if (wanted !== undefined && wanted !== 'wasm' && wanted !== 'tensorflow') {
    throw new UsageError(`MEDICLIP_BACKEND: ${JSON.stringify(wanted)} is not a backend; use tensorflow or wasm`);
  }
  for (const [name, value] of Object.entries(TENSORFLOW_ENVIRONMENT)) process.env[name] ??= value;
  if (wanted !== 'wasm') {
    try {
      quietLoad(loadNative);
      if (tf.getBackend() !== 'tensorflow') throw new Error('the library did not register');
      registerGraphRuntime(nativeRuntime);
      return 'tensorflow';
    } catch (error) {
      if (wanted === 'tensorflow')
        throw new UserError(`the native backend cannot be loaded (${messageOf(error).split('\n')[0]}); ${remedy()}`);
      process.stderr.write(`note: the native TensorFlow backend is not available, WebAssembly is used (slower); ${remedy()}\n`);
    }
  }
  await loadWasm();
  return 'wasm';
}

/** Says how to get the native backend. */
function remedy(): string {
  return isBuilt() ? 'docs/library.md in the package says how to get it' : '"npx mediclip doctor" names the remedy';
}

/**
 * Loads the native backend. The code that finds its library reads options from the command line, so
 * these are hidden meanwhile. It also calls two functions of Node's util about which Node 22 warns,
 * so they are replaced by their successors.
 */
function loadNative(): void {
  Object.assign(util, { isArray: Array.isArray, isNullOrUndefined: (value: unknown) => value === null || value === undefined });
  const { argv } = process;
  process.argv = argv.slice(0, 1);
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- must load before stderr is restored
    require('@tensorflow/tfjs-node-gpu');
    tf.add(1, 1).dispose(); // the library initialises at its first operation
  } finally {
    process.argv = argv;
  }
}

/**
 * Loads the WebAssembly backend. Its module installs handlers that print its whole source when
 * anything in the process throws; they are removed again.
 */
async function loadWasm(): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map((event) => process.listeners(event as 'exit'));
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  await tf.ready();
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as 'exit')) if (!before[i].includes(listener)) process.removeListener(event, listener);
  });
}
