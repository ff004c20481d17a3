import fs from 'node:fs';
import path from 'node:path';
import { say, SetupError } from './progress.mjs';
import { describePython, findBasePython, freeBytes, lockOf, pins, pipInstall, requirementLines } from './python.mjs';
import { run } from './run.mjs';
import { inputsHash, readStamp, writeStamp } from './stamp.mjs';

const STAMP = 'mediclip-setup.json';
const GB = 1e9;

/** Disk space that a fresh .venv needs, with TensorFlow for the CPU or with CUDA. */
const NEEDED = { cpu: 2.5 * GB, gpu: 9 * GB, none: 0.7 * GB };

const base = (root) => path.join(root, 'requirements.in');
const tensorflowFile = (root, variant) => path.join(root, `requirements-${variant}.in`);

/**
 * What .venv is made from. The folder belongs to it, because the scripts in .venv contain its path.
 */
function inputs({ root, variant }) {
  return inputsHash({
    folder: path.join(root, '.venv'),
    base: requirementLines(lockOf(base(root))),
    tensorflow: variant === 'none' ? [] : requirementLines(lockOf(tensorflowFile(root, variant))),
  });
}

/** What is installed, as {@link describePython} reports it, and why TensorFlow is not, if so. */
export function environmentFacts(context) {
  const { root, environment } = context;
  if (environment.owned) return readStamp(path.join(environment.prefix, STAMP));
  context.described ??= describePython(
    root,
    environment.python,
    pins(base(root)).map(({ name }) => name),
  );
  return context.described;
}

function stateOfGiven(context) {
  const { root, environment } = context;
  const facts = environmentFacts(context);
  if (facts === null) return { state: 'missing', detail: `${environment.source}: ${environment.python} does not run` };
  const wrong = pins(base(root)).filter(({ name, version }) => facts.versions[name] !== version);
  if (wrong.length === 0) return { state: 'ready', detail: `Python ${facts.python} of ${environment.source}` };
  return { state: 'missing', detail: `${environment.source} lacks ${wrong.map(({ name, version }) => `${name}==${version}`).join(', ')}` };
}

function stateOfOwned(context) {
  const { environment } = context;
  const facts = environmentFacts(context);
  if (!facts?.inputs) return { state: 'missing', detail: fs.existsSync(environment.prefix) ? '.venv is unfinished' : 'no .venv yet' };
  if (facts.inputs !== inputs(context)) return { state: 'missing', detail: '.venv was made for other pins or another folder' };
  if (!fs.existsSync(environment.python)) return { state: 'missing', detail: 'the Python that .venv was made from is gone' };
  if (facts.tensorflow.failed && !facts.tensorflow.final) {
    const remedy = 'see .cache/setup/tensorflow.log, then run "npm run setup" again';
    return { state: 'given up', detail: `without TensorFlow: ${facts.tensorflow.failed}`, remedy };
  }
  return { state: 'ready', detail: `Python ${facts.python}, .venv` };
}

async function pip(context, log, file) {
  const args = ['-m', ...pipInstall(lockOf(file)), '--progress-bar', 'off'];
  return run(context, log, context.environment.python, args, { env: { ...process.env, PYTHONNOUSERSITE: '1' } });
}

async function createVenv(context) {
  const { root, environment, variant } = context;
  const found = findBasePython();
  const free = freeBytes(root);
  if (free < NEEDED[variant]) {
    throw new SetupError(
      `${(free / GB).toFixed(1)} GB of disk are free, the Python packages need ${(NEEDED[variant] / GB).toFixed(1)} GB`,
      'free some space',
    );
  }
  if (fs.lstatSync(environment.prefix, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new SetupError(
      '.venv is a link to another folder. An environment made there would not run here, so it is left alone',
      'remove the link, or set MEDICLIP_PYTHON=.venv/bin/python to use the linked environment',
    );
  }
  const stamp = path.join(environment.prefix, STAMP);
  if (fs.existsSync(environment.prefix)) {
    if (!fs.existsSync(stamp) && fs.readdirSync(environment.prefix).length > 0) {
      throw new SetupError(
        '.venv exists but was not made by this set-up, so it is left alone',
        'rename or remove it, or set MEDICLIP_PYTHON=.venv/bin/python to use it',
      );
    }
    writeStamp(stamp, {}); // from here on it is ours and unfinished
    for (const name of fs.readdirSync(environment.prefix)) {
      if (name !== STAMP) fs.rmSync(path.join(environment.prefix, name), { recursive: true, force: true });
    }
  }
  writeStamp(stamp, {});
  const venv = await run(context, 'python', found.command, ['-m', 'venv', environment.prefix]);
  if (venv.code !== 0) {
    throw new SetupError(
      `Python ${found.version} cannot make a virtual environment:\n${venv.tail}`,
      'Debian and Ubuntu: "apt install python3-venv"; then run this again',
    );
  }
  say('        JupyterLab, nbclient, plotly');
  const { code, tail } = await pip(context, 'python', base(root));
  if (code !== 0) throw new SetupError(`pip failed:\n${tail}`, 'see .cache/setup/python.log; is the Python package index reachable?');
  return found;
}

/** Installs TensorFlow; a failure is a result, not an error, since WebAssembly can replace it. */
async function installTensorflow(context, python) {
  const { root, variant } = context;
  if (variant === 'none') return { failed: `PyPI's TensorFlow is not used on ${process.platform}`, final: true };
  if (!python.tensorflow) return { failed: `TensorFlow has no package for Python ${python.version}` };
  say(`        TensorFlow${variant === 'gpu' ? ' with CUDA (about 4 GB)' : ' (about 0.3 GB to download)'}`);
  const { code, tail } = await pip(context, 'tensorflow', tensorflowFile(root, variant));
  return code === 0 ? {} : { failed: tail.split('\n').pop() || 'pip failed' };
}

/** Step: the Python environment with JupyterLab, and TensorFlow if available. */
export const environment = {
  name: 'Python environment',
  state: (context) => (context.environment.owned ? stateOfOwned(context) : stateOfGiven(context)),
  make: async (context) => {
    const { root, environment: chosen } = context;
    if (!chosen.owned) {
      const files = `--require-hashes -r requirements.txt -r requirements-${context.variant === 'gpu' ? 'gpu' : 'cpu'}.txt`;
      throw new SetupError(stateOfGiven(context).detail, `run: ${chosen.python} -m pip install ${files}`);
    }
    const python = await createVenv(context);
    const result = await installTensorflow(context, python);
    const described = describePython(
      root,
      chosen.python,
      pins(base(root)).map(({ name }) => name),
    );
    if (described === null) throw new SetupError('the Python in .venv does not run', 'see .cache/setup/python.log');
    const tensorflow = result.failed ? result : described.tensorflow;
    writeStamp(path.join(chosen.prefix, STAMP), { inputs: inputs(context), ...described, tensorflow });
  },
};
