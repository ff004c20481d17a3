// Opens JupyterLab on the notebooks with the kernel ready; further arguments go to JupyterLab.
import { projectPython, root } from './setup/project-python.mjs';

const options = [
  `--ServerApp.root_dir=${root}`,
  '--LabApp.default_url=/lab/tree/notebooks',
  '--MultiKernelManager.default_kernel_name=mediclip',
];
if (process.getuid?.() === 0) options.push('--allow-root');
process.exitCode = await projectPython(['-m', 'jupyterlab', ...options, ...process.argv.slice(2)]);
