import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { setupModule } from './modules';

interface Packages {
  packagesDiffer: (root: string) => string | null;
}

type Entries = Record<string, { version?: string; optional?: boolean }>;

const lock: Entries = {
  '': {},
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a/node_modules/b': { version: '2.0.0' },
  'node_modules/other-platform': { version: '3.0.0', optional: true },
};

function project(t: TestContext, installed: Entries | null): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'packages-'));
  t.after(() => fs.rmSync(root, { recursive: true }));
  fs.writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: lock }));
  for (const folder of Object.keys(installed ?? {})) {
    fs.mkdirSync(path.join(root, folder), { recursive: true });
    fs.writeFileSync(path.join(root, folder, 'package.json'), '{}');
  }
  if (installed !== null) fs.writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  return root;
}

const complete: Entries = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/a/node_modules/b': { version: '2.0.0' } };

test('packages as in the lockfile are recognised, without those of other platforms', async (t) => {
  const { packagesDiffer } = await setupModule<Packages>('packages.mjs');
  assert.equal(packagesDiffer(project(t, complete)), null);
});

test('a missing, another and a deleted package are found', async (t) => {
  const { packagesDiffer } = await setupModule<Packages>('packages.mjs');
  assert.match(packagesDiffer(project(t, { 'node_modules/a': { version: '1.0.0' } })) ?? '', /node_modules\/b is missing/);
  assert.match(packagesDiffer(project(t, { ...complete, 'node_modules/a': { version: '1.0.1' } })) ?? '', /a is 1\.0\.1, not 1\.0\.0/);
  const root = project(t, complete);
  fs.rmSync(path.join(root, 'node_modules/a/node_modules/b'), { recursive: true });
  assert.match(packagesDiffer(root) ?? '', /b is missing/);
});

test('an interrupted installation is found', async (t) => {
  const { packagesDiffer } = await setupModule<Packages>('packages.mjs');
  const root = project(t, complete);
  fs.rmSync(path.join(root, 'node_modules', '.package-lock.json'));
  assert.equal(packagesDiffer(root), 'not installed yet');
});
