import * as tf from '@tensorflow/tfjs';
import { messageOf } from './errors';
import { quietLoad } from './quiet-load';

/** The two backends that run everything; `tensorflow` is the native one (CPU or GPU). */
export type BackendName = 'tensorflow' | 'wasm';

let ready: Promise<BackendName> | undefined;

/**
 * Makes a backend ready, once a process: the native one where its library loads, else WebAssembly, saying so once on
 * stderr. `MEDICLIP_BACKEND=wasm` or `tensorflow` asks for one.
 * @throws Error if the backend asked for cannot be loaded.
 */
export function initBackend(): Promise<BackendName> {
  ready ??= start(process.env.MEDICLIP_BACKEND);
  return ready;
}

async function start(wanted: string | undefined): Promise<BackendName> {
  if (wanted !== undefined && wanted !== 'wasm' && wanted !== 'tensorflow') {
    throw new Error(`MEDICLIP_BACKEND: ${JSON.stringify(wanted)} is not a backend; use tensorflow or wasm`);
  }
  quietTensorFlow();
  if (wanted !== 'wasm') {
    try {
      quietLoad(() => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- must load before quietLoad returns
        require('@tensorflow/tfjs-node-gpu');
        tf.add(1, 1).dispose(); // the library starts with its first operation
      });
      if (tf.getBackend() !== 'tensorflow') throw new Error('its library did not register');
      return 'tensorflow';
    } catch (error) {
      if (wanted === 'tensorflow')
        throw new Error(`the native backend cannot be loaded (${messageOf(error).split('\n')[0]}); "npx mediclip doctor" names the remedy`);
      process.stderr.write(
        'note: the native TensorFlow backend is not available, WebAssembly is used (slower); "npx mediclip doctor" names the remedy\n',
      );
    }
  }
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  await tf.ready();
  return 'wasm';
}

/** TensorFlow's C++ log lines and tfjs's advertisement of itself stay off users' screens. */
function quietTensorFlow(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  tf.env().set('IS_TEST', true); // the only switch of the "Hi, looks like you are running TensorFlow.js in Node" banner
}

export { tf };
