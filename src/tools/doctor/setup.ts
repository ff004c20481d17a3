import { z } from 'zod';
import { scriptJson } from './child';
import { type CheckResult, checkResult } from './finding';

const reportSchema = z.object({
  gpus: z.array(z.string()),
  variant: z.enum(['cpu', 'gpu', 'none']),
  source: z.string(),
  steps: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ready', 'missing', 'given up']),
      detail: z.string(),
      remedy: z.string().optional(),
    }),
  ),
});

/** What the set-up script reports: the GPUs, and the state of each of its steps. */
export type SetupReport = z.infer<typeof reportSchema>;

/**
 * Asks the set-up script for the state of its steps, without changing anything; null if it fails.
 */
export function setupReport(): SetupReport | null {
  const parsed = reportSchema.safeParse(scriptJson('setup.mjs', ['--report']));
  return parsed.success ? parsed.data : null;
}

/**
 * One line per step of the set-up. A step that was given up is only a warning, because WebAssembly
 * replaces it.
 */
export function setupFindings(report: SetupReport | null): CheckResult[] {
  if (report === null)
    return [checkResult('set-up', 'fail', 'the set-up script does not run', '"node scripts/setup.mjs --report" shows why')];
  return report.steps.map(({ name, state, detail, remedy }) => {
    if (state === 'ready') return checkResult(name, 'ok', detail);
    if (state === 'given up') return checkResult(name, 'warn', detail, remedy ?? 'npm run setup');
    return checkResult(name, 'fail', detail, remedy ?? 'npm run setup');
  });
}
