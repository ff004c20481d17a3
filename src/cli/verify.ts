import type { Command } from 'commander';
import { UserError } from '../common/errors';
import type { Check } from '../tools/verify/check';
import { emit } from './output';

/** `mediclip verify DIR` */
export function registerVerify(root: Command): void {
  root
    .command('verify')
    .description('compare this implementation with a directory of reference arrays; exit code 1 on any mismatch')
    .argument('<dir>', 'directory in the format of test/golden, or models with reference arrays as in test/fixtures/backbones')
    .option('--section <name...>', 'only these: clip, tokenizer, mediclip, preprocess, metrics, synthesis')
    .option('--json', 'machine-readable output')
    .action(async (dir: string, options: { section?: string[]; json?: boolean }) => {
      const { verifyAll } = await import('../tools/verify/verify');
      const report = await verifyAll(dir, options.section);
      emit(options.json, report, ({ checks, absent }) => [...checks.map(line), ...notThere(absent), summary(checks)]);
      const missed = report.checks.filter((check) => check.ok === false).length;
      if (missed > 0) throw new UserError(`verify ${dir}: ${missed} of ${report.checks.length} checks missed their tolerance`);
    });
}

function line({ name, maxAbs, maxRel, tolerance, ok, note }: Check): string {
  const numbers = `abs ${maxAbs.toExponential(1).padStart(8)}  rel ${maxRel.toExponential(1).padStart(8)}`;
  return `${ok ? 'ok  ' : 'MISS'}  ${name.padEnd(56)} ${numbers}  (${tolerance})${note ? `  ${note}` : ''}`;
}

function notThere(absent: string[]): string[] {
  return absent.length > 0 ? [`not in this directory: ${absent.join(', ')}`] : [];
}

function summary(checks: Check[]): string {
  const missed = checks.filter((check) => check.ok === false);
  return missed.length === 0
    ? `${checks.length} checks, all within tolerance`
    : `${checks.length} checks, ${missed.length} missed: ${missed.map((check) => check.name).join(', ')}`;
}
