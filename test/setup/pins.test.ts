import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { root, setupModule } from './modules';

interface Python {
  requirementLines: (file: string) => string[];
  pins: (file: string) => { name: string; version: string }[];
}

const file = (name: string): string => path.join(root, name);
const manifest = JSON.parse(fs.readFileSync(file('package.json'), 'utf8')) as {
  engines: { node: string };
  dependencies: Record<string, string>;
};

test('environment.yml has the pins of requirements.txt, requirements-cpu.txt and workflow/requirements.txt', async () => {
  const { requirementLines } = await setupModule<Python>('python.mjs');
  const environment = parse(fs.readFileSync(file('environment.yml'), 'utf8')) as { dependencies: (string | { pip: string[] })[] };
  const pip = environment.dependencies.flatMap((entry) => (typeof entry === 'object' ? entry.pip : []));
  const wanted = [
    ...requirementLines(file('requirements.txt')),
    ...requirementLines(file('requirements-cpu.txt')),
    ...requirementLines(file('workflow/requirements.txt')),
  ];
  assert.ok(wanted.length >= 4);
  assert.deepEqual([...pip].sort(), wanted.sort());
});

test('environment.yml takes a Node and a Python that the set-up accepts', () => {
  const text = fs.readFileSync(file('environment.yml'), 'utf8');
  const node = Number(/nodejs=(\d+)/.exec(text)?.[1]);
  const [, low, high] = /^>=(\d+)\.\d+ <(\d+)$/.exec(manifest.engines.node) ?? [];
  assert.ok(node >= Number(low) && node < Number(high), `nodejs=${node} is not in ${manifest.engines.node}`);
  const minor = Number(/python=3\.(\d+)/.exec(text)?.[1]);
  assert.ok(minor >= 10 && minor <= 13);
});

test('the CPU and the GPU have the same TensorFlow', async () => {
  const { pins } = await setupModule<Python>('python.mjs');
  const versions = ['cpu', 'gpu'].flatMap((kind) => pins(file(`requirements-${kind}.txt`)).map(({ version }) => version));
  assert.ok(versions.length >= 2);
  assert.equal(new Set(versions).size, 1);
});

test('every Python requirement is pinned to one version', async () => {
  const { requirementLines, pins } = await setupModule<Python>('python.mjs');
  for (const name of ['requirements.txt', 'requirements-cpu.txt', 'requirements-gpu.txt', 'workflow/requirements.txt']) {
    assert.equal(pins(file(name)).length, requirementLines(file(name)).length, name);
  }
});

test('the lockfile names no host, so that any registry serves it', () => {
  assert.doesNotMatch(fs.readFileSync(file('package-lock.json'), 'utf8'), /"resolved":/);
});
