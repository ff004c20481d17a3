// Installs what is missing: Node packages, the Python environment, the native backend, the Jupyter
// kernel.
//
//   node scripts/setup.mjs [--retry] [--report]
//
// --retry   tries again what an earlier run gave up (without it that step is skipped: WebAssembly
// can replace it) --report  changes nothing; prints the state of each step as JSON
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './setup/command.mjs';
import { environment } from './setup/environment.mjs';
import { listGpus } from './setup/gpu.mjs';
import { kernelspec } from './setup/kernelspec.mjs';
import { acquireLock } from './setup/lock.mjs';
import { nativeAddon } from './setup/native-addon.mjs';
import { checkNode } from './setup/node-version.mjs';
import { packages } from './setup/packages.mjs';
import { say, seconds, SetupError } from './setup/progress.mjs';
import { chooseEnvironment } from './setup/python.mjs';
import { endCurrentAndWait } from './setup/run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const nodeRange = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).engines.node;
const steps = [packages, environment, nativeAddon, kernelspec, command];

function makeContext() {
  const gpus = listGpus();
  const variant = process.platform !== 'linux' ? 'none' : gpus.length > 0 ? 'gpu' : 'cpu';
  return { root, gpus, variant, environment: chooseEnvironment(root) };
}

const pendingIn = (context, retry) => steps.some((step) => isPending(step.state(context), retry));
const isPending = ({ state }, retry) => state === 'missing' || (retry && state === 'given up');

async function makeAll(context, retry) {
  for (const [i, step] of steps.entries()) {
    const before = step.state(context);
    if (!isPending(before, retry)) continue;
    say(`[${i + 1}/${steps.length}] ${step.name}: ${before.detail}`);
    const started = Date.now();
    await step.make(context);
    const after = step.state(context);
    if (after.state === 'missing')
      throw new SetupError(`${step.name}: still ${after.detail}`, 'this is a defect of the set-up; please report it');
    say(`        ${after.state === 'ready' ? 'done' : after.state} in ${seconds(Date.now() - started)}: ${after.detail}`);
  }
}

function stateOfNode() {
  try {
    checkNode(nodeRange, process.versions.node);
    return { name: 'Node', state: 'ready', detail: `${process.versions.node}, ${process.platform} ${process.arch}` };
  } catch (error) {
    return { name: 'Node', state: 'missing', detail: error.message, remedy: error.remedy };
  }
}

function report(context) {
  const findings = [stateOfNode(), ...steps.map((step) => ({ name: step.name, ...step.state(context) }))];
  const { python, source } = context.environment;
  process.stdout.write(
    `${JSON.stringify({ root, gpus: context.gpus, variant: context.variant, python, source, steps: findings }, null, 2)}\n`,
  );
}

let stopping = false;

async function stop(lock, code) {
  if (stopping) return;
  stopping = true;
  await endCurrentAndWait();
  lock.release();
  say('\nset-up: interrupted; run the same command again to continue');
  process.exit(code);
}

async function main(args) {
  const unknown = args.find((arg) => arg !== '--retry' && arg !== '--report');
  if (unknown !== undefined) throw new SetupError(`unknown option ${unknown}`, 'the options are --retry and --report');
  const retry = args.includes('--retry');
  const started = Date.now();
  if (args.includes('--report')) return report(makeContext());
  checkNode(nodeRange, process.versions.node);
  const context = makeContext();
  if (!pendingIn(context, retry)) {
    const native = nativeAddon.state(context).state === 'ready' ? '' : '; WebAssembly backend; "npx mediclip doctor" says why';
    return say(`set-up: nothing to do (${((Date.now() - started) / 1000).toFixed(1)} s${native})`);
  }
  context.lock = await acquireLock(path.join(root, '.cache', 'setup', 'lock'));
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
    process.on(signal, () => stop(context.lock, code));
  try {
    if (context.environment.owned && !fs.existsSync(context.environment.prefix)) {
      say('set-up: the first time takes 2 to 5 minutes and 2.5 GB of disk (with an NVIDIA GPU, 9 GB)');
    }
    await makeAll(context, retry);
    say(`set-up: ready after ${seconds(Date.now() - started)}`);
  } finally {
    if (!stopping) context.lock.release();
  }
}

main(process.argv.slice(2)).catch((error) => {
  if (stopping) return; // the program was ended on purpose, so this is no failure
  if (!(error instanceof SetupError)) throw error;
  say(`set-up: ${error.message}`);
  if (error.remedy) say(`        ${error.remedy}`);
  process.exit(1);
});
