import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { setupModule } from './modules';

interface Context {
  root: string;
  environment: { prefix: string };
}

interface Kernelspec {
  kernelSpec: (root: string, node?: string) => { argv: string[]; language: string };
  kernelFile: (prefix: string) => string;
  kernelspec: { state: (context: Context) => { state: string }; make: (context: Context) => void };
}

test('a kernel is ready only if it points to this folder and this Node', async (t) => {
  const { kernelSpec, kernelFile, kernelspec } = await setupModule<Kernelspec>('kernelspec.mjs');
  const prefix = fs.mkdtempSync(path.join(os.tmpdir(), 'kernelspec-'));
  t.after(() => fs.rmSync(prefix, { recursive: true }));
  const context: Context = { root: '/somewhere/project', environment: { prefix } };
  const file = kernelFile(prefix);

  assert.equal(kernelspec.state(context).state, 'missing');
  kernelspec.make(context);
  assert.equal(kernelspec.state(context).state, 'ready');
  assert.equal(kernelspec.state({ ...context, root: '/moved/project' }).state, 'missing');
  fs.writeFileSync(file, JSON.stringify(kernelSpec(context.root, '/another/node')));
  assert.equal(kernelspec.state(context).state, 'missing');
});

test('the kernel is started by absolute paths', async () => {
  const { kernelSpec } = await setupModule<Kernelspec>('kernelspec.mjs');
  const { argv, language } = kernelSpec('/somewhere/project');
  assert.ok(path.isAbsolute(argv[0]) && path.isAbsolute(argv[1]));
  assert.equal(argv[2], '--config-path={connection_file}');
  assert.equal(language, 'typescript');
});
