// Runs notebooks without JupyterLab: node scripts/notebooks.mjs [--write] [NOTEBOOK...]; see
// run-notebooks.py.
import { runNotebooks } from './setup/project-python.mjs';

process.exitCode = await runNotebooks(process.argv.slice(2));
