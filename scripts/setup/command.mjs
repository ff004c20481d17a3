import fs from 'node:fs';
import path from 'node:path';
import { textOf, writeWhole } from './stamp.mjs';

const target = path.join('..', '..', 'bin', 'mediclip.cjs');
const shim = (root) => path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'mediclip.cmd' : 'mediclip');
const batch = '@node "%~dp0\\..\\..\\bin\\mediclip.cjs" %*\r\n';

function points(root) {
  if (process.platform === 'win32') return textOf(shim(root)) === batch;
  try {
    fs.accessSync(path.join(root, 'bin', 'mediclip.cjs'), fs.constants.X_OK);
    return fs.readlinkSync(shim(root)) === target;
  } catch {
    return false;
  }
}

/** Step: `npx mediclip` in this folder. */
export const command = {
  name: 'mediclip command',
  state: ({ root }) => (points(root) ? { state: 'ready', detail: 'npx mediclip' } : { state: 'missing', detail: 'not linked yet' }),
  make: ({ root }) => {
    if (process.platform === 'win32') return writeWhole(shim(root), batch);
    fs.chmodSync(path.join(root, 'bin', 'mediclip.cjs'), 0o755);
    fs.mkdirSync(path.dirname(shim(root)), { recursive: true });
    fs.rmSync(shim(root), { force: true });
    fs.symlinkSync(target, shim(root));
  },
};
