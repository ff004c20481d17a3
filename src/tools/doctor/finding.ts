/** The state of one thing: it works, works with a drawback, or keeps the project from working. */
export type Status = 'ok' | 'warn' | 'fail';

/** One line of the report of `mediclip doctor`. */
export interface CheckResult {
  name: string;
  status: Status;
  /** What was found. */
  detail: string;
  /** What to do about it; empty if there is nothing to do. */
  remedy: string;
}

/** Makes a line of the report. */
export function checkResult(name: string, status: Status, detail: string, remedy = ''): CheckResult {
  return { name, status, detail, remedy };
}

const MARK: Record<Status, string> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' };

/** The report as lines: a mark, the name, what was found, and the remedy below it. */
export function renderResults(findings: CheckResult[]): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, status, detail, remedy }) => [
    `${MARK[status]}  ${name.padEnd(width)}  ${detail}`,
    ...(remedy === '' ? [] : [`${' '.repeat(width + 8)}-> ${remedy}`]),
  ]);
  const failed = findings.filter(({ status }) => status === 'fail').length;
  const warned = findings.filter(({ status }) => status === 'warn').length;
  const verdict =
    failed > 0
      ? `${failed} of ${findings.length} keep the project from working`
      : warned > 0
        ? `works, with ${warned} to look at`
        : 'all is well';
  return [...lines, '', verdict];
}
