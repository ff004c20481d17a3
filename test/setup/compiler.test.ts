import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setupModule } from './modules';

test('CXX names the compiler; a wrapper before it is passed over', async (t) => {
  const { findCompiler } = await setupModule<{ findCompiler: (env: { CXX?: string; PATH: string }) => string | null }>('compile-addon.mjs');
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'compiler-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  for (const name of ['ccache', 'g++', 'my-c++']) fs.writeFileSync(path.join(dir, name), '#!/bin/sh\n', { mode: 0o755 });
  const found = (CXX?: string): string => path.basename(findCompiler({ CXX, PATH: dir }) ?? '');
  assert.deepEqual(['my-c++', 'ccache g++', '', undefined].map(found), ['my-c++', 'g++', 'g++', 'g++']);
});
