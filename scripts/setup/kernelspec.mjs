import path from 'node:path';
import { environmentFacts } from './environment.mjs';
import { textOf, writeWhole } from './stamp.mjs';

/** Name of the kernel, as the metadata of the notebooks give it. */
export const KERNEL_NAME = 'mediclip';

/** The kernel's description for Jupyter: this Node and the launcher in this folder. */
export function kernelSpec(root, node = process.execPath) {
  return {
    argv: [node, path.join(root, 'scripts', 'kernel.cjs'), '--config-path={connection_file}'],
    display_name: 'TypeScript (MediCLIP)',
    language: 'typescript',
    interrupt_mode: 'signal',
  };
}

/** The file that describes the kernel of an environment. */
export function kernelFile(prefix) {
  return path.join(prefix, 'share', 'jupyter', 'kernels', KERNEL_NAME, 'kernel.json');
}

const wanted = ({ root }) => `${JSON.stringify(kernelSpec(root), null, 2)}\n`;
const prefixOf = (context) => context.environment.prefix ?? environmentFacts(context)?.prefix;

/** Step: the kernel, installed where Jupyter finds it. */
export const kernelspec = {
  name: 'Jupyter kernel',
  state: (context) => {
    const prefix = prefixOf(context);
    if (!prefix) return { state: 'missing', detail: 'no Python environment yet' };
    const text = textOf(kernelFile(prefix));
    if (text === wanted(context)) return { state: 'ready', detail: kernelFile(prefix) };
    return { state: 'missing', detail: text === '' ? 'not installed yet' : 'it points to another folder or another Node' };
  },
  make: (context) => writeWhole(kernelFile(prefixOf(context)), wanted(context)),
};
