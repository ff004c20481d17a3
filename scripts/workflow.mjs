// Runs workflow/Snakefile: node scripts/workflow.mjs --cores 4 [--config grid=workflow/tiny.yaml
// out=runs/tiny] [options of Snakemake]
import path from 'node:path';
import { SetupError, say } from './setup/progress.mjs';
import { foreground, root } from './setup/project-python.mjs';
import { ensureSnakemake } from './setup/snakemake.mjs';

try {
  const python = await ensureSnakemake(root);
  const snakefile = path.join(root, 'workflow', 'Snakefile');
  process.exitCode = await foreground(python, ['-m', 'snakemake', '--snakefile', snakefile, '--directory', root, ...process.argv.slice(2)]);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`workflow: ${error.message}`);
  if (error.remedy) say(`          ${error.remedy}`);
  process.exitCode = 1;
}
