import { z } from 'zod';
import { scriptJson } from './child';
import { type CheckResult, checkResult } from './finding';
import { type SetupReport } from './setup';

const checkSchema = z.object({
  ok: z.boolean(),
  tensorflow: z.string().optional(),
  gpu: z.boolean().optional(),
  error: z.string().optional(),
});

/** The result of loading a backend and multiplying two matrices in a separate process. */
export type BackendCheck = z.infer<typeof checkSchema>;

/** Loads a backend in a separate process, so that its log lines and crashes stay there. */
export function checkBackend(backend: 'native' | 'wasm'): BackendCheck {
  const parsed = checkSchema.safeParse(scriptJson(`setup/check-${backend}.cjs`));
  return parsed.success ? parsed.data : { ok: false, error: 'the process that loaded it ended without a result' };
}

/**
 * The backend that work will use, as `initBackend` chooses it.
 * @param wanted value of MEDICLIP_BACKEND
 */
export function backendFinding(native: BackendCheck, wasm: BackendCheck, wanted: string | undefined): CheckResult {
  const name = 'backend';
  const library = `TensorFlow ${native.tensorflow ?? ''}${native.gpu === true ? ' on the GPU' : ' on the CPU'}`;
  if (wanted !== undefined && wanted !== 'tensorflow' && wanted !== 'wasm') {
    return checkResult(name, 'fail', `MEDICLIP_BACKEND is ${JSON.stringify(wanted)}`, 'set it to tensorflow or wasm, or unset it');
  }
  if (wanted === 'wasm') {
    return wasm.ok
      ? checkResult(name, 'ok', 'WebAssembly, as set by MEDICLIP_BACKEND')
      : checkResult(name, 'fail', `WebAssembly does not load (${wasm.error ?? ''})`, 'unset MEDICLIP_BACKEND');
  }
  if (native.ok) return checkResult(name, 'ok', library);
  const broken = `the native backend does not load (${native.error ?? ''})`;
  if (wanted === 'tensorflow')
    return checkResult(name, 'fail', broken, 'run "npm run setup", or unset MEDICLIP_BACKEND to use WebAssembly');
  if (wasm.ok) return checkResult(name, 'warn', `WebAssembly, several times slower: ${broken}`, '"npm run setup" names what is missing');
  return checkResult(name, 'fail', `${broken}, and neither does WebAssembly (${wasm.error ?? ''})`, 'npm run setup');
}

/** Whether there is a GPU and whether it is used. */
export function gpuFinding(report: SetupReport | null, native: BackendCheck): CheckResult {
  const gpus = report?.gpus ?? [];
  if (gpus.length === 0) return checkResult('GPU', 'ok', 'nvidia-smi lists none; the CPU is used');
  const names = gpus.map((line) => line.replace(/^GPU \d+: /, '').replace(/ \(UUID.*$/, '')).join(', ');
  if (native.gpu === true) return checkResult('GPU', 'ok', names);
  return checkResult(
    'GPU',
    'warn',
    `${names}: present, but TensorFlow does not use it`,
    'run "npm run setup"; the driver must support CUDA 12',
  );
}
