import { type Command } from 'commander';
import { emit } from './output';

/**
 * `mediclip doctor`: what works on this machine, and how to mend what does not; exit code 1 if the
 * project cannot run.
 */
export function registerDoctor(root: Command): void {
  root
    .command('doctor')
    .description('check Node, Python, TensorFlow, GPU, kernel, models and data sets; each problem comes with its remedy')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      const { checkMachine } = await import('../tools/doctor/check-machine');
      const { renderResults } = await import('../tools/doctor/finding');
      const findings = checkMachine();
      const ok = findings.every(({ status }) => status !== 'fail');
      emit(options.json, { ok, findings }, (value) => renderResults(value.findings));
      if (!ok) process.exitCode = 1;
    });
}
