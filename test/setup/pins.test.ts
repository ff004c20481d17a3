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

/** What is named, and what is installed for it. */
const REQUIREMENTS = ['requirements', 'requirements-cpu', 'requirements-gpu', 'workflow/requirements', 'scripts/bench/requirements'];

/** A line of a requirements.txt with those that continue it: what is installed, at which version, where, and the hashes. */
interface Locked {
  name: string;
  version: string;
  marker?: string;
  hashes: number;
}

function locked(name: string): Locked[] {
  const text = fs.readFileSync(file(`${name}.txt`), 'utf8').replace(/^#.*\n/gm, '');
  const lines = text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => {
    const { pin, version, marker, hashes } =
      /^(?<pin>[a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(?<version>[\w.!+]+)(?: ; (?<marker>[^#]+?))?(?<hashes>(?: --hash=sha256:[0-9a-f]{64})+)$/.exec(
        line,
      )?.groups ?? assert.fail(`${name}.txt: ${line.slice(0, 100)}`);
    return { name: pin, version, marker, hashes: hashes.split('--hash').length - 1 };
  });
}

test('environment.yml takes its packages from the files with hashes', () => {
  const environment = parse(fs.readFileSync(file('environment.yml'), 'utf8')) as { dependencies: (string | { pip: string[] })[] };
  const pip = environment.dependencies.flatMap((entry) => (typeof entry === 'object' ? entry.pip : []));
  assert.deepEqual(pip, ['-r requirements.txt', '-r requirements-cpu.txt', '-r workflow/requirements.txt']);
});

test('files that are installed into one environment agree on every version', () => {
  for (const names of [REQUIREMENTS.slice(0, 2), [REQUIREMENTS[0], REQUIREMENTS[2]], [...REQUIREMENTS.slice(0, 2), REQUIREMENTS[3]]]) {
    const versions = new Map<string, Set<string>>();
    for (const name of names) {
      const here = new Map<string, string[]>();
      for (const pin of locked(name)) here.set(pin.name, [...(here.get(pin.name) ?? []), pin.version]);
      for (const [pin, list] of here) {
        // a package with a version for each Python has them all in each file, but those of a Python that a file is not for
        const known = versions.get(pin);
        assert.ok(
          !known || list.every((version) => known.has(version)),
          `${pin} ${list.join(' ')} in ${name}.txt, ${[...(known ?? [])].join(' ')} before`,
        );
        versions.set(pin, new Set([...(known ?? []), ...list]));
      }
    }
  }
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
  const versions = ['cpu', 'gpu'].flatMap((kind) => pins(file(`requirements-${kind}.in`)).map(({ version }) => version));
  assert.ok(versions.length >= 2);
  assert.equal(new Set(versions).size, 1);
});

test('every Python requirement is pinned to one version', async () => {
  const { requirementLines, pins } = await setupModule<Python>('python.mjs');
  for (const name of REQUIREMENTS) {
    const named = pins(file(`${name}.in`));
    assert.equal(named.length, requirementLines(file(`${name}.in`)).length, name);
    const all = locked(name);
    assert.ok(all.length > named.length, `${name}.txt lacks what is installed along`);
    for (const { name: pin, version } of named) {
      const key = pin.toLowerCase().replace(/_/g, '-');
      assert.ok(
        all.some((one) => one.name === key && one.version === version),
        `${name}.txt lacks ${pin}==${version}: npm run requirements`,
      );
    }
    assert.doesNotMatch(fs.readFileSync(file(`${name}.txt`), 'utf8'), /:\/\/|--(?:extra-)?index-url|--find-links/, 'any index serves it');
  }
});

test('the lockfile names no host, so that any registry serves it', () => {
  assert.doesNotMatch(fs.readFileSync(file('package-lock.json'), 'utf8'), /"resolved":/);
});
