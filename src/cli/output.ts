import { UsageError } from '../common/errors';

/** Prints a result: one JSON document on stdout with `--json`, else the text that `render` makes of it. */
export function emit<T>(json: boolean | undefined, value: T, render: (value: T) => string): void {
  const text = json ? JSON.stringify(value, null, 2) : render(value);
  process.stdout.write(text.endsWith('\n') ? text : text + '\n');
}

/** Parser of a whole-number option: `--shots`, `--seed`. */
export function wholeNumber(option: string, lo: number, hi: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < lo || value > hi) {
      const range = hi === Number.MAX_SAFE_INTEGER ? `of ${lo} or more` : `from ${lo} to ${hi}`;
      throw new UsageError(`${option}: expected a whole number ${range}, got ${JSON.stringify(text)}`);
    }
    return value;
  };
}

/** An abort signal that Ctrl-C and SIGTERM raise; a second Ctrl-C ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
