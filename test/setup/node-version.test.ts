import assert from 'node:assert/strict';
import test from 'node:test';
import { setupModule } from './modules';

interface NodeVersion {
  checkNode: (range: string, version: string) => void;
}

const range = '>=20.10 <23';

test('Node 20.10 to 22 are accepted', async () => {
  const { checkNode } = await setupModule<NodeVersion>('node-version.mjs');
  for (const version of ['20.10.0', '20.20.2', '21.0.0', '22.23.4']) checkNode(range, version);
});

test('older and newer Nodes are refused with the one to install', async () => {
  const { checkNode } = await setupModule<NodeVersion>('node-version.mjs');
  for (const version of ['18.20.0', '20.9.0']) assert.throws(() => checkNode(range, version), /too old/);
  for (const version of ['23.0.0', '24.1.0']) {
    assert.throws(() => checkNode(range, version), { message: /too new/, remedy: /install Node 22 or 20/ });
  }
});
