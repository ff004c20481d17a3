import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { root, setupModule } from './modules';

interface Chosen {
  python: string;
  prefix?: string;
  source: string;
  owned: boolean;
}

interface Context {
  root: string;
  variant: 'cpu' | 'gpu' | 'none';
  environment: Chosen;
}

interface Modules {
  chooseEnvironment: (root: string, env: NodeJS.ProcessEnv) => Chosen;
  environment: { state: (context: Context) => { state: string; detail: string }; make: (context: Context) => Promise<void> };
}

const load = async (): Promise<Modules> => ({
  ...(await setupModule<Pick<Modules, 'chooseEnvironment'>>('python.mjs')),
  ...(await setupModule<Pick<Modules, 'environment'>>('environment.mjs')),
});

function project(t: TestContext): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'environment-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  for (const name of fs.readdirSync(root))
    if (name.startsWith('requirements')) fs.copyFileSync(path.join(root, name), path.join(dir, name));
  return dir;
}

test('MEDICLIP_PYTHON comes before the conda environment, that before .venv', async () => {
  const { chooseEnvironment } = await load();
  const conda = { CONDA_PREFIX: '/opt/conda/envs/mediclip', CONDA_DEFAULT_ENV: 'mediclip' };
  assert.deepEqual(chooseEnvironment('/p', { ...conda, MEDICLIP_PYTHON: '/x/python' }), {
    python: '/x/python',
    source: 'MEDICLIP_PYTHON',
    owned: false,
  });
  assert.equal(chooseEnvironment('/p', conda).owned, false);
  assert.match(chooseEnvironment('/p', conda).python, /^\/opt\/conda\/envs\/mediclip/);
  assert.equal(chooseEnvironment('/p', { ...conda, CONDA_DEFAULT_ENV: 'base' }).source, '.venv');
  assert.equal(chooseEnvironment('/p', {}).owned, true);
});

test('.venv counts as finished only for its own folder, pins and variant', async (t) => {
  const { chooseEnvironment, environment } = await load();
  const dir = project(t);
  const context: Context = { root: dir, variant: 'cpu', environment: chooseEnvironment(dir, {}) };
  const state = (): { state: string; detail: string } => environment.state(context);
  assert.equal(state().detail, 'no .venv yet');

  const stamp = path.join(dir, '.venv', 'mediclip-setup.json');
  fs.mkdirSync(path.join(dir, '.venv'));
  fs.writeFileSync(stamp, '{}');
  assert.equal(state().detail, '.venv is unfinished');

  fs.writeFileSync(stamp, JSON.stringify({ inputs: 'of another time' }));
  assert.match(state().detail, /other pins or another folder/);
});

test('a .venv that somebody else made is left alone', async (t) => {
  const { chooseEnvironment, environment } = await load();
  const dir = project(t);
  const precious = path.join(dir, '.venv', 'precious');
  fs.mkdirSync(path.dirname(precious));
  fs.writeFileSync(precious, 'mine');
  const context: Context = { root: dir, variant: 'none', environment: chooseEnvironment(dir, {}) };
  await assert.rejects(environment.make(context), { message: /left alone/, remedy: /MEDICLIP_PYTHON/ });
  assert.equal(fs.readFileSync(precious, 'utf8'), 'mine');
});

test('a .venv that is a link keeps its target, even if that is another environment of the set-up', async (t) => {
  const { chooseEnvironment, environment } = await load();
  const [dir, other] = [project(t), project(t)];
  fs.writeFileSync(path.join(other, 'mediclip-setup.json'), JSON.stringify({ inputs: 'of another folder' }));
  const before = fs.readdirSync(other);
  fs.symlinkSync(other, path.join(dir, '.venv'));
  const context: Context = { root: dir, variant: 'cpu', environment: chooseEnvironment(dir, {}) };
  await assert.rejects(environment.make(context), { message: /^\.venv is a link/, remedy: /remove the link/ });
  assert.deepEqual(fs.readdirSync(other), before);
});

test('an interpreter that does not run, or lacks packages, is refused with a remedy', async (t) => {
  const { environment } = await load();
  const dir = project(t);
  const given: Chosen = { python: path.join(dir, 'no-python'), source: 'MEDICLIP_PYTHON', owned: false };
  const context: Context = { root: dir, variant: 'cpu', environment: given };
  assert.match(environment.state(context).detail, /does not run/);
  await assert.rejects(environment.make(context), { remedy: /pip install --require-hashes -r requirements\.txt -r requirements-cpu\.txt/ });
});
