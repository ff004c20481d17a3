// Starts the TypeScript kernel for one notebook. Jupyter starts kernels in the notebook's folder.
// This one works in the project's folder, so that './src/...' means the same everywhere and the
// sources are compiled as they are now.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { reportStatusInOrder } = require('./kernel-status.cjs');
const { loadSourcesByTsx } = require('./sources-by-tsx.cjs');

const root = path.resolve(__dirname, '..');
const main = path.join(root, 'node_modules', 'tslab', 'dist', 'main.js');
const option = '--config-path=';
const configPath = process.argv.find((arg) => arg.startsWith(option))?.slice(option.length);

if (!configPath) {
  process.stderr.write(`usage: kernel.cjs ${option}FILE (Jupyter starts this)\n`);
  process.exit(2);
}
if (!fs.existsSync(main)) {
  process.stderr.write(`the packages are not installed; run "npm run setup" in ${root}\n`);
  process.exit(1);
}
const config = path.resolve(configPath); // before the folder changes
process.chdir(root);
process.env.MEDICLIP_ROOT = root;
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

// An edit of a source takes effect at the next start. tslab would watch the files it compiled, and
// a change while a cell runs stops the kernel ("Unexpected pending rebuildTimer"), so nothing is
// watched.
const typescript = require.resolve('@tslab/typescript-for-tslab', { paths: [main] });
const { sys } = require(typescript);
const unwatched = () => ({ close() {} });
sys.watchFile = unwatched;
sys.watchDirectory = unwatched;
loadSourcesByTsx(typescript, path.join(root, 'src', path.sep));

// Jupyter looks for free ports and the kernel opens them seconds later. Another program may have
// taken one in between: tslab logs that and waits for ever. A kernel that ends is restarted by
// Jupyter, with other ports.
const { transport, ip, ...ports } = JSON.parse(fs.readFileSync(config, 'utf8'));
const addresses = ['shell', 'iopub', 'control', 'stdin', 'hb'].map((socket) => `${transport}://${ip}:${ports[`${socket}_port`]}`);
process.on('unhandledRejection', (reason) => {
  if (!addresses.includes(reason?.address)) return;
  process.stderr.write(`the kernel's port at ${reason.address} cannot be used: ${reason.message}\n`);
  process.exit(1);
});

if (!reportStatusInOrder(require(path.join(path.dirname(main), 'jupyter.js')))) {
  process.stderr.write('this version of tslab is not known: its status may say "idle" while cells wait\n');
}

// If Jupyter itself was killed, nobody else would end this kernel.
const jupyter = Number(process.env.JPY_PARENT_PID);
if (process.ppid === jupyter) {
  setInterval(() => {
    if (process.ppid !== jupyter) process.exit(1);
  }, 1000).unref();
}

require(main).startKernel({ configPath: config, enableFindLocal: false });
