import { type Command } from 'commander';
import { emit } from './output';

/** `mediclip doctor`: what runs here, each finding with its remedy; exit code 1 if something keeps the project from working. */
export function registerDoctor(root: Command): void {
  root
    .command('doctor')
    .description('report what runs here: Node, Python, TensorFlow, GPU, kernel, models, data sets; each finding with its remedy')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      const { examine } = await import('../tools/doctor/examine');
      const { renderFindings } = await import('../tools/doctor/finding');
      const findings = examine();
      const ok = findings.every(({ status }) => status !== 'fail');
      emit(options.json, { ok, findings }, (value) => renderFindings(value.findings));
      if (!ok) process.exitCode = 1;
    });
}
